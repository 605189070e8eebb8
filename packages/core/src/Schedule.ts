/** The decision: reads state, time and dice, and says the one next thing to do. Changes nothing. */
import { admitted, everybody, isUp, kindOf, kindsIn, mayUse } from "./Admission.ts"
import { downDeadline, isTotal, waitedBy } from "./Deadline.ts"
import type { Reason } from "./DispatchError.ts"
import { AttemptsExhausted, NoServer, NoServerUp, PatienceSpent, TotalSpent } from "./DispatchError.ts"
import { compare, effectivePriority } from "./ServiceOrder.ts"
import type { ConstraintClass, ModelState, Pair, State, TicketState } from "./State.ts"
import type { KeyAccount } from "./VirtualService.ts"
import { wakeAt } from "./Wake.ts"

export type Decision =
  | { readonly _tag: "End"; readonly ticket: TicketState; readonly reason: Reason }
  | { readonly _tag: "Assign"; readonly ticket: TicketState; readonly url: string; readonly candidates: number }
  /** Nothing more to do until something happens, or until `wakeAt` (epoch milliseconds). */
  | { readonly _tag: "Hold"; readonly wakeAt: number | undefined }

/** A server with the kinds of ticket that it would take now. */
interface Open {
  readonly pair: Pair
  readonly kinds: number
}

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
  const allUp = model.pairs.every((pair) => isUp(pair, now))
  for (const { branches, pairs } of allUp ? model.stranded : model.classes.values()) {
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

/** The best so far, with the figures that the next one is compared with. */
interface Best {
  ticket: TicketState | undefined
  priority: number
  open: ReadonlyArray<Open>
}

const assign = (state: State, now: number, roll: number): Decision | undefined => {
  const best: Best = { ticket: undefined, priority: -1, open: none }
  for (const model of state.models.values()) {
    if (model.waiting === 0) continue
    const open = openPairs(state, model, now)
    if (open.length === 0) continue
    for (const room of model.classes.values()) {
      if (room.branches.length > 0) considerClass(state, room, reachedBy(room, open), now, best)
    }
    for (const ticket of state.retries) {
      if (ticket.model !== model) continue
      const reachable = open.filter(({ pair }) => mayUse(ticket, pair.host))
      if (!takenBy(state, ticket.ticket.caller.organisation, ticket.priority, reachable)) continue
      const priority = effectivePriority(state.settings, ticket.priority, ticket.arrivedAt, now)
      if (precedes(ticket, ticket.account!, ticket.arrivedAt, priority, best)) {
        replace(best, ticket, priority, reachable)
      }
    }
  }
  return best.ticket === undefined ? undefined : choose(state, best.ticket, best.open, now, roll)
}

const replace = (best: Best, ticket: TicketState, priority: number, open: ReadonlyArray<Open>): void => {
  best.ticket = ticket
  best.priority = priority
  best.open = open
}

const precedes = (
  ticket: TicketState,
  account: KeyAccount,
  arrivedAt: number,
  priority: number,
  best: Best
): boolean => {
  if (best.ticket === undefined || priority !== best.priority) return priority > best.priority
  return compare(ticket, account, arrivedAt, best.ticket) < 0
}

const openPairs = (state: State, model: ModelState, now: number): ReadonlyArray<Open> => {
  const open: Array<Open> = []
  for (const pair of model.pairs) {
    const kinds = admitted(state, model, pair, now)
    if (kinds !== 0) open.push({ pair, kinds })
  }
  return open
}

const none: ReadonlyArray<Open> = []

const reachedBy = ({ hosts }: ConstraintClass, open: ReadonlyArray<Open>): ReadonlyArray<Open> => {
  // One slot came free, mostly.
  if (open.length === 1) return hosts.has(open[0]!.pair.host) ? open : none
  return open.filter(({ pair }) => hosts.has(pair.host))
}

const considerClass = (
  state: State,
  { branches }: ConstraintClass,
  open: ReadonlyArray<Open>,
  now: number,
  best: Best
): void => {
  if (open.length === 0) return
  for (const branch of branches) {
    // Nobody is more urgent than the most urgent, and this organisation has had more.
    if (
      best.priority === state.settings.bestPriority &&
      branch.account.service > best.ticket!.account!.organisation.service
    ) {
      continue
    }
    if (!open.some(({ kinds, pair }) => kinds === everybody || (kinds & kindsIn(branch, pair.host)) !== 0)) continue
    for (const { account, head, priority: base, since } of branch.leaves) {
      const priority = effectivePriority(state.settings, base, since, now)
      if (priority < best.priority || !precedes(head!, account, since, priority, best)) continue
      if (takenBy(state, branch.organisation, base, open)) replace(best, head!, priority, open)
    }
  }
}

const takenBy = (state: State, organisation: string, priority: number, open: ReadonlyArray<Open>): boolean => {
  for (const { kinds, pair } of open) {
    if (kinds === everybody || (kinds & kindOf(state, pair.host, organisation, priority)) !== 0) return true
  }
  return false
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
  const chosen = state.registry.strategies[model.model.strategy].choose({ candidates, turn: model.turn, roll })
  return { _tag: "Assign", ticket, url: chosen.server.url, candidates: candidates.length }
}
