/** Who is next: of all that some server would take now, the first in the order of DESIGN §3.3. */
import { admitted, eachWithRoom, everybody, guest, mayUse, tierOf } from "./Admission.ts"
import type { Open } from "./Admission.ts"
import type { Frontier } from "./Frontier.ts"
import type { Branch, ConstraintClass } from "./Room.ts"
import { compare, effectivePriority } from "./ServiceOrder.ts"
import type { ModelState, State, TicketState } from "./State.ts"
import type { KeyAccount } from "./VirtualService.ts"

/** The best so far, and the servers that it may use. */
export interface Selection {
  ticket: TicketState | undefined
  priority: number
  /** Of its organisation. */
  service: number
  open: ReadonlyArray<Open>
}

export const select = (state: State, now: number): Selection => {
  const best: Selection = { ticket: undefined, priority: -1, service: 0, open: none }
  // Where servers have slots to spare, whoever comes is alone.
  if (state.deadlines.size <= 1) {
    return state.deadlines.size === 0
      ? best
      : only(state, state.deadlines.first!, now, best)
  }
  for (const model of state.models.values()) {
    if (model.waiting === 0) continue
    const open = openPairs(state, model, now)
    if (open.length === 0) continue
    advance(state, model.frontier, open, now, best)
    for (const ticket of state.retries) {
      if (ticket.model !== model) continue
      const reachable = open.filter(({ pair }) => mayUse(ticket, pair.host))
      if ((taken(ticket.ticket.caller.organisation, reachable) & tierOf(state, ticket.priority)) === 0) continue
      const priority = effectivePriority(state.settings, ticket.priority, ticket.arrivedAt, now)
      if (precedes(ticket, ticket.account!, ticket.arrivedAt, priority, best)) {
        replace(best, ticket, priority, reachable)
      }
    }
  }
  return best
}

/** Nobody else waits, so nobody goes before this one. */
const only = (state: State, ticket: TicketState, now: number, best: Selection): Selection => {
  const open = openPairs(state, ticket.model!, now).filter(({ pair }) => mayUse(ticket, pair.host))
  if ((taken(ticket.ticket.caller.organisation, open) & tierOf(state, ticket.priority)) !== 0) {
    replace(best, ticket, effectivePriority(state.settings, ticket.priority, ticket.arrivedAt, now), open)
  }
  return best
}

const openPairs = (state: State, model: ModelState, now: number): ReadonlyArray<Open> => {
  const open: Array<Open> = []
  eachWithRoom(state, model, (pair) => {
    const kinds = admitted(state, model, pair, now)
    if (kinds !== 0) open.push({ pair, kinds })
  })
  // A roll falls on a place among them.
  return open.length > 1 ? open.sort((a, b) => a.pair.place - b.pair.place) : open
}

const none: ReadonlyArray<Open> = []

const reachedBy = ({ hosts }: ConstraintClass, open: ReadonlyArray<Open>): ReadonlyArray<Open> =>
  open.length === 1 ? open : open.filter(({ pair }) => hosts.has(pair.host))

/**
 * Looks first where the next ticket mostly is: in the branch that may go first. After that a glance at the numbers of
 * the others is enough, mostly.
 */
const advance = (
  state: State,
  frontier: Frontier,
  open: ReadonlyArray<Open>,
  now: number,
  best: Selection
): void => {
  const { accounts, branches, size } = frontier
  frontier.face(open)
  let likeliest = -1
  let most = best.priority
  let least = Infinity
  for (let row = 0; row < size; row++) {
    const priority = frontier.urgency(row, now)
    if (priority < most) continue
    const { service } = accounts[row]!
    if ((priority === most && service >= least) || !frontier.isReached(row, open)) continue
    likeliest = row
    most = priority
    least = service
  }
  if (likeliest < 0) return
  consider(state, branches[likeliest]!, open, now, best)
  for (let row = 0; row < size; row++) {
    const priority = frontier.urgency(row, now)
    if (row === likeliest || priority < best.priority) continue
    if (priority === best.priority && accounts[row]!.service > best.service) continue
    if (frontier.isReached(row, open)) consider(state, branches[row]!, open, now, best)
  }
}

const consider = (state: State, branch: Branch, open: ReadonlyArray<Open>, now: number, best: Selection): void => {
  const reachable = reachedBy(branch.class, open)
  const tiers = taken(branch.organisation, reachable)
  for (const { account, head, priority: base, since } of branch.leaves) {
    if ((tiers & tierOf(state, base)) === 0) continue
    const priority = effectivePriority(state.settings, base, since, now)
    if (priority < best.priority || !precedes(head!, account, since, priority, best)) continue
    replace(best, head!, priority, reachable)
  }
}

/** The tiers of this organisation's tickets that one of these servers would take. */
const taken = (organisation: string, open: ReadonlyArray<Open>): number => {
  let tiers = 0
  for (const { kinds, pair } of open) {
    if (kinds === everybody) return kinds
    tiers |= pair.host.server.organisation === organisation ? kinds : kinds >> guest
  }
  return tiers
}

const replace = (best: Selection, ticket: TicketState, priority: number, open: ReadonlyArray<Open>): void => {
  best.ticket = ticket
  best.priority = priority
  best.service = ticket.account!.organisation.service
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
