/** When a ticket's time is up. Patience counts time waiting; the total counts from the first grant. */
import { isUp, outSince } from "./Admission.ts"
import type { Pair, State, TicketState } from "./State.ts"

/** Milliseconds a ticket may wait in all. */
export const patienceOf = ({ model, ticket: { maxWait } }: TicketState): number =>
  Math.min(maxWait ?? Infinity, model!.model.patience)

/** Milliseconds it has waited by now, over all its waits. */
export const waitedBy = (ticket: TicketState, now: number): number =>
  ticket.waited + (ticket.waiting ? now - ticket.waitingSince : 0)

const totalEnd = ({ settings }: State, { firstGrantedAt }: TicketState): number =>
  firstGrantedAt === undefined ? Infinity : firstGrantedAt + settings.total

/** Set when a wait begins. */
export const deadlineOf = (state: State, ticket: TicketState): number =>
  Math.min(ticket.waitingSince + patienceOf(ticket) - ticket.waited, totalEnd(state, ticket))

/** Whether it is the total, not the patience, that ends it. */
export const isTotal = (state: State, ticket: TicketState): boolean => ticket.deadline === totalEnd(state, ticket)

/** When a ticket gives up on servers of which none is up; `undefined` while one is. */
export const downDeadline = (
  { settings }: State,
  { arrivedAt }: TicketState,
  pairs: ReadonlyArray<Pair>,
  now: number
): number | undefined => {
  let since = arrivedAt
  for (const pair of pairs) {
    if (isUp(pair, now)) return undefined
    since = Math.max(since, outSince(pair, now))
  }
  return since + settings.grace
}
