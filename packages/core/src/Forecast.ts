/** Where the waiting tickets of a model stand, by draining a copy of its waiting room. */
import { byArrival, effectivePriority } from "./ServiceOrder.ts"
import type { ModelState, State, TicketState } from "./State.ts"
import { charge } from "./VirtualService.ts"
import type { KeyAccount } from "./VirtualService.ts"

/** Deeper places are not worth the work: their holders see the number of those before them, at most. */
const deepest = 1_000

/** What taking out one ticket costs besides comparing, in comparisons. */
const upkeep = 32

/** A leaf or a retried ticket on its way out of the copy. */
interface Cursor {
  ticket: TicketState
  readonly account: KeyAccount
}

export interface Place {
  /** 1 is next. */
  readonly position: number
  /** Work that its line, and the whole queue, has to do before it, its own included. */
  readonly work: number
  readonly before: number
}

export interface Places {
  readonly at: number
  readonly places: ReadonlyMap<string, Place>
  /** In comparisons. */
  readonly effort: number
}

/**
 * The first 1 000 in service order, as if each were granted in turn and charged its estimate. Servers are taken to be
 * interchangeable, so it is a forecast. Effort: 1 000 × the number of leaves, at most.
 */
export const places = (state: State, model: ModelState, now: number): Places => {
  const served = new Map<object, number>()
  const service = (account: { readonly service: number }): number => served.get(account) ?? account.service
  const priority = (ticket: TicketState) => effectivePriority(state.settings, ticket.priority, ticket.arrivedAt, now)
  const precedes = (a: Cursor, b: Cursor): boolean =>
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
  const found = new Map<string, Place>()
  const lines = new Map<object, number>()
  let effort = 0
  let before = 0
  while (cursors.length > 0 && found.size < deepest) {
    let best = 0
    for (let at = 1; at < cursors.length; at++) if (precedes(cursors[at]!, cursors[best]!)) best = at
    effort += cursors.length + upkeep
    const { account, ticket } = cursors[best]!
    const work = (lines.get(ticket.line!) ?? 0) + ticket.size
    lines.set(ticket.line!, work)
    before += ticket.size
    found.set(ticket.ticket.id, { position: found.size + 1, work, before })
    const weight = state.weights.get(account.organisation.name) ?? 1
    served.set(account, service(account) + charge(ticket.size, 1))
    served.set(account.organisation, service(account.organisation) + charge(ticket.size, weight))
    if (ticket.next === undefined) cursors.splice(best, 1)
    else cursors[best]!.ticket = ticket.next
  }
  return { at: now, places: found, effort }
}

/** Of a ticket that is deeper than the copy was drained, or came since: behind all of its line, and of its model. */
export const last = ({ line, model, size }: Pick<TicketState, "line" | "model" | "size">): Place => ({
  position: model!.waiting,
  work: Math.max(size, line!.work),
  before: model!.pace.work
})
