/** Who is next: of all that some server would take now, the first in the order of DESIGN §3.3. */
import { admitted, everybody, guestLow, kindOf, kindsIn, mayUse, ownerLow } from "./Admission.ts"
import { compare, effectivePriority, urgency } from "./ServiceOrder.ts"
import type { Branch, ConstraintClass, ModelState, Pair, State, TicketState } from "./State.ts"
import type { KeyAccount } from "./VirtualService.ts"

/** A server with the kinds of ticket that it would take now. */
export interface Open {
  readonly pair: Pair
  readonly kinds: number
}

/** The best so far, and the servers that it may use. */
export interface Selection {
  ticket: TicketState | undefined
  priority: number
  open: ReadonlyArray<Open>
}

/** A branch of which some server would take something. */
interface Reach {
  readonly branch: Branch
  /** The effective priority of its most urgent ticket, of whatever kind. */
  readonly priority: number
  readonly service: number
  readonly open: ReadonlyArray<Open>
  /** One of the servers takes tickets of every kind. */
  readonly anybody: boolean
}

export const select = (state: State, now: number): Selection => {
  const best: Selection = { ticket: undefined, priority: -1, open: none }
  // Where servers have slots to spare, whoever comes is alone.
  if (state.deadlines.size <= 1) {
    return state.deadlines.size === 0
      ? best
      : only(state, state.deadlines.first!, now, best)
  }
  const reaches: Array<Reach> = []
  let floor = 0
  for (const model of state.models.values()) {
    if (model.waiting === 0) continue
    const open = openPairs(state, model, now)
    if (open.length === 0) continue
    // Headroom is free most of the time, and mostly there is nobody who may use it.
    const ordinary = open.filter(({ kinds }) => (kinds & (ownerLow | guestLow)) !== 0)
    for (const room of model.classes.values()) {
      if (room.branches.length === 0) continue
      const reachable = reachedBy(room, room.entitled === 0 ? ordinary : open)
      if (reachable.length > 0) floor = reach(state, room, reachable, now, reaches, floor)
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
  likeliestFirst(reaches)
  for (const each of reaches) consider(state, each, now, best)
  return best
}

/** Nobody else waits, so nobody goes before this one. */
const only = (state: State, ticket: TicketState, now: number, best: Selection): Selection => {
  const open = openPairs(state, ticket.model!, now).filter(({ pair }) => mayUse(ticket, pair.host))
  if (takenBy(state, ticket.ticket.caller.organisation, ticket.priority, open)) {
    replace(best, ticket, effectivePriority(state.settings, ticket.priority, ticket.arrivedAt, now), open)
  }
  return best
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
  if (open.length === 0) return none
  // One slot came free, mostly.
  if (open.length === 1) return hosts.has(open[0]!.pair.host) ? open : none
  return open.filter(({ pair }) => hosts.has(pair.host))
}

/**
 * Adds the branches of which some server would take something. `floor`: the priority that is sure to be granted, since
 * some server takes every kind of ticket there; less urgent branches need no look. Gives the floor from here on.
 */
const reach = (
  { settings }: State,
  room: ConstraintClass,
  open: ReadonlyArray<Open>,
  now: number,
  reaches: Array<Reach>,
  floor: number
): number => {
  const anybody = open.some(({ kinds }) => kinds === everybody)
  let sure = floor
  for (const branch of room.branches) {
    const priority = urgency(settings, branch, now)
    if (priority < sure) continue
    if (anybody) sure = priority
    else if (!open.some(({ kinds, pair }) => (kinds & kindsIn(branch, pair.host)) !== 0)) continue
    reaches.push({ branch, priority, service: branch.account.service, open, anybody })
  }
  return sure
}

/** Mostly the next ticket is in the branch that may go first, and the others need no look then. */
const likeliestFirst = (reaches: Array<Reach>): void => {
  let first = 0
  for (let at = 1; at < reaches.length; at++) if (mayPrecede(reaches[at]!, reaches[first]!)) first = at
  if (first === 0) return
  const likeliest = reaches[first]!
  reaches[first] = reaches[0]!
  reaches[0] = likeliest
}

const mayPrecede = (a: Reach, b: Reach): boolean =>
  a.priority === b.priority ? a.service < b.service : a.priority > b.priority

const consider = (
  state: State,
  { anybody, branch, open, priority: most, service }: Reach,
  now: number,
  best: Selection
): void => {
  if (most < best.priority) return
  if (most === best.priority && service > best.ticket!.account!.organisation.service) return
  for (const { account, head, priority: base, since } of branch.leaves) {
    const priority = effectivePriority(state.settings, base, since, now)
    if (priority < best.priority || !precedes(head!, account, since, priority, best)) continue
    if (anybody || takenBy(state, branch.organisation, base, open)) replace(best, head!, priority, open)
  }
}

const takenBy = (state: State, organisation: string, priority: number, open: ReadonlyArray<Open>): boolean => {
  for (const { kinds, pair } of open) {
    if ((kinds & kindOf(state, pair.host, organisation, priority)) !== 0) return true
  }
  return false
}

const replace = (best: Selection, ticket: TicketState, priority: number, open: ReadonlyArray<Open>): void => {
  best.ticket = ticket
  best.priority = priority
  best.open = open
}

const precedes = (
  ticket: TicketState,
  account: KeyAccount,
  arrivedAt: number,
  priority: number,
  best: Selection
): boolean => {
  if (best.ticket === undefined || priority !== best.priority) return priority > best.priority
  return compare(ticket, account, arrivedAt, best.ticket) < 0
}
