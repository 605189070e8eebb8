/** Where the waiting tickets of a model stand, by draining a copy of its waiting room. */
import { paceWindow } from "./apply/Arrival.ts"
import { expect } from "./Expectation.ts"
import { byArrival, effectivePriority } from "./ServiceOrder.ts"
import type { ModelState, State, TicketState } from "./State.ts"
import { charge } from "./VirtualService.ts"
import type { KeyAccount } from "./VirtualService.ts"
import { total } from "./Work.ts"

/** Deeper places are not worth the work: their holders see the number of those before them, at most. */
const deepest = 1_000

/** A leaf or a retried ticket on its way out of the copy. */
interface Cursor {
  ticket: TicketState
  readonly account: KeyAccount
}

/**
 * Places from 1, by ticket id, of the first 1 000 in service order, as if each were granted in turn and charged its
 * estimate. Servers are taken to be interchangeable, so it is a forecast. Cost: 1 000 × the number of leaves, at most.
 */
export const places = (state: State, model: ModelState, now: number): ReadonlyMap<string, number> => {
  const served = new Map<object, number>()
  const service = (account: { readonly service: number }): number => served.get(account) ?? account.service
  const priority = (ticket: TicketState) => effectivePriority(state.settings, ticket.priority, ticket.arrivedAt, now)
  const before = (a: Cursor, b: Cursor): boolean =>
    (priority(b.ticket) - priority(a.ticket) ||
      service(a.account.organisation) - service(b.account.organisation) ||
      service(a.account) - service(b.account) ||
      byArrival(a.ticket, b.ticket)) < 0
  const cursors: Array<Cursor> = []
  for (const { branches } of model.classes.values()) {
    for (const { leaves } of branches) {
      for (const { account, head } of leaves) cursors.push({ ticket: head!, account })
    }
  }
  for (const ticket of state.retries) {
    if (ticket.model === model) cursors.push({ ticket, account: ticket.account! })
  }
  const found = new Map<string, number>()
  while (cursors.length > 0 && found.size < deepest) {
    let best = 0
    for (let at = 1; at < cursors.length; at++) if (before(cursors[at]!, cursors[best]!)) best = at
    const { account, ticket } = cursors[best]!
    found.set(ticket.ticket.id, found.size + 1)
    const cost = total(expect(model.expected, state.settings, ticket.ticket.work))
    const weight = state.weights.get(account.organisation.name) ?? 1
    served.set(account, service(account) + charge(cost, 1))
    served.set(account.organisation, service(account.organisation) + charge(cost, weight))
    if (ticket.next === undefined) cursors.splice(best, 1)
    else cursors[best]!.ticket = ticket.next
  }
  return found
}

/** Grants per millisecond, as seen over about the last minute; unknown before the first. */
export const paceOf = ({ pace }: ModelState, now: number): number | undefined => {
  if (pace.since === undefined) return undefined
  const decayed = pace.grants * Math.exp((pace.at - now) / paceWindow)
  // A young count has not had the whole window to fill.
  const filled = 1 - Math.exp(-Math.max(1_000, now - pace.since) / paceWindow)
  return decayed / (paceWindow * filled)
}
