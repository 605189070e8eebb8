/** The decision: reads state, time and dice, and says the one next thing to do. Changes nothing. */
import { allUp, kindOf } from "./Admission.ts"
import type { Open } from "./Admission.ts"
import { downDeadline, isTotal, waitedBy } from "./Deadline.ts"
import { decidingFor } from "./Decider.ts"
import type { Reason } from "./DispatchError.ts"
import { AttemptsExhausted, NoServer, NoServerUp, PatienceSpent, TotalSpent } from "./DispatchError.ts"
import { select } from "./Selection.ts"
import type { ModelState, Pair, State, TicketState } from "./State.ts"
import { wakeAt } from "./Wake.ts"

export type Decision =
  | { readonly _tag: "End"; readonly ticket: TicketState; readonly reason: Reason }
  | { readonly _tag: "Assign"; readonly ticket: TicketState; readonly url: string; readonly candidates: number }
  /** Nothing more to do until something happens, or until `wakeAt` (epoch milliseconds). */
  | { readonly _tag: "Hold"; readonly wakeAt: number | undefined }

/** `roll` in [0, 1) decides between equals. Time never runs backwards: the later of `now` and the last event's. */
export const schedule = (state: State, now: number, roll: number): Decision => {
  const instant = Math.max(now, state.now)
  return end(state, instant) ?? assign(state, instant, roll) ?? { _tag: "Hold", wakeAt: wakeAt(state, instant) }
}

const end = (state: State, now: number): Decision | undefined => {
  for (const ticket of state.doomed) return { _tag: "End", ticket, reason: ticket.doom! }
  // A newcomer without any patience still gets what is free at its arrival.
  const due = state.deadlines.dueBy(now, ({ fresh }) => !fresh)
  if (due !== undefined) {
    const reason = isTotal(state, due) ? new TotalSpent() : new PatienceSpent({ waited: waitedBy(due, now) })
    return { _tag: "End", ticket: due, reason }
  }
  for (const model of state.models.values()) {
    if (model.waiting === 0) continue
    const ended = unserved(state, model, now)
    if (ended !== undefined) return ended
  }
  return undefined
}

/** A ticket of this model whose every server is gone, or has been down for longer than the grace. */
const unserved = (state: State, model: ModelState, now: number): Decision | undefined => {
  const judge = (ticket: TicketState, pairs: ReadonlyArray<Pair>): Decision | undefined => {
    const { name } = model.model
    if (pairs.length === 0) {
      // All that it may use have failed it, or there are none.
      const failed = ticket.class!.pairs.length > 0
      const reason = failed ? new AttemptsExhausted({ attempts: ticket.grants }) : new NoServer({ model: name })
      return { _tag: "End", ticket, reason }
    }
    const due = downDeadline(state, ticket, pairs, now)
    return due !== undefined && due <= now
      ? { _tag: "End", ticket, reason: new NoServerUp({ model: name }) }
      : undefined
  }
  for (const { branches, pairs } of allUp(state, model, now) ? model.stranded : model.classes.values()) {
    for (const { leaves } of branches) {
      for (const { head } of leaves) {
        const ended = judge(head!, pairs)
        if (ended !== undefined) return ended
      }
    }
  }
  for (const ticket of state.retries) {
    if (ticket.model !== model) continue
    const ended = judge(ticket, usable(ticket))
    if (ended !== undefined) return ended
  }
  return undefined
}

const usable = (ticket: TicketState): ReadonlyArray<Pair> =>
  ticket.class!.pairs.filter(({ host }) => ticket.excluded?.has(host) !== true)

const assign = (state: State, now: number, roll: number): Decision | undefined => {
  const { open, ticket } = select(state, now)
  return ticket === undefined ? undefined : choose(state, ticket, open, now, roll)
}

const choose = (
  state: State,
  ticket: TicketState,
  open: ReadonlyArray<Open>,
  now: number,
  roll: number
): Decision => {
  const { organisation } = ticket.ticket.caller
  const model = ticket.model!
  let admitting = open.filter(({ kinds, pair }) =>
    (kinds & kindOf(state, pair.host, organisation, ticket.priority)) !== 0
  )
  if (ticket.mode === "private-first") {
    const own = admitting.filter(({ pair }) => pair.host.server.organisation === organisation)
    if (own.length > 0) admitting = own
  }
  const candidates = admitting.map(({ pair: { host, ttft } }) => ({
    server: host.server,
    ordinal: host.ordinal,
    leases: host.leases,
    ttft: ttft.figure(now)
  }))
  const chosen = decidingFor(state, model).strategy.choose({ candidates, turn: model.turn, roll })
  return { _tag: "Assign", ticket, url: chosen.server.url, candidates: candidates.length }
}
