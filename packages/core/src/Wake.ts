/** The next instant at which time alone changes the answer of `schedule`. */
import { allUp, eachWithRoom, judges } from "./Admission.ts"
import { downDeadline } from "./Deadline.ts"
import type { ModelState, State } from "./State.ts"

/**
 * Ageing is not among the causes: it changes who is next, never whether a server admits anybody, so its effect
 * shows at the next decision without a wake-up of its own (docs/decisions/0005).
 */
export const wakeAt = (state: State, now: number): number | undefined => {
  const due = state.deadlines.first
  if (due === undefined) return undefined
  let next = due.deadline
  const at = (instant: number | undefined): void => {
    if (instant !== undefined && instant > now && instant < next) next = instant
  }
  for (const model of state.models.values()) {
    if (model.waiting > 0) wakeOf(state, model, now, at)
  }
  return next
}

const wakeOf = (state: State, model: ModelState, now: number, at: (instant: number | undefined) => void): void => {
  for (const host of state.ailing) {
    const pair = host.pairs.get(model)
    if (pair === undefined) continue
    at(host.heldOffUntil)
    at(host.ejection?.until)
    at(pair.unknownUntil)
  }
  eachWithRoom(state, model, (pair) => {
    // Even a free slot would not do: then a sample that expires may.
    if (!judges(state, model, pair, now, true)) at(pair.ttft.changesAt(now))
  })
  if (allUp(state, model, now)) return
  for (const { branches, pairs } of model.classes.values()) {
    for (const { leaves } of branches) {
      for (const { head } of leaves) at(downDeadline(state, head!, pairs, now))
    }
  }
  for (const ticket of state.retries) {
    if (ticket.model !== model) continue
    at(downDeadline(state, ticket, ticket.class!.pairs.filter(({ host }) => !ticket.excluded!.has(host)), now))
  }
}
