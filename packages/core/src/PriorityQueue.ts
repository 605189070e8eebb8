/**
 * The waiting room: leaves of tickets that differ only in their arrival. Nothing in it moves while time passes,
 * because inside a leaf the oldest is the best whatever ageing does; a decision compares the heads of leaves.
 */
import { eligible, isEntitled } from "./Admission.ts"
import { dormant } from "./Frontier.ts"
import { join, leave, lineOf } from "./Lines.ts"
import type { Branch, ConstraintClass, Leaf } from "./Room.ts"
import { byArrival } from "./ServiceOrder.ts"
import type { ModelState, State, TicketState } from "./State.ts"

const listed = (names: ReadonlyArray<string> | undefined): string =>
  names === undefined ? "*" : names.toSorted().join("\u0001")

type Constrained = Pick<TicketState, "mode" | "ticket">

const ownerOf = ({ mode, ticket: { caller } }: Constrained): string | undefined =>
  mode === "any" ? undefined : caller.organisation

const classIdOf = (ticket: Constrained): string => {
  const { mode, ticket: { caller, kinds } } = ticket
  const organisation = ownerOf(ticket)
  return caller.sites === undefined && caller.organisations === undefined && kinds === undefined
    ? organisation === undefined ? mode : `${mode}\u0000${organisation}`
    : [mode, organisation ?? "", listed(caller.sites), listed(caller.organisations), listed(kinds)].join("\u0000")
}

/** The class of a ticket's constraints, made on first sight; empty ones are dropped when the fleet changes. */
export const classOf = (model: ModelState, ticket: Constrained): ConstraintClass => {
  const made = roomOf(model, ticket)
  if (model.classes.has(made.id)) return made
  model.classes.set(made.id, made)
  if (made.pairs.length === 0) model.stranded.push(made)
  return made
}

/** The same, of whoever has not arrived: one that is not known yet is made for the moment. */
export const roomOf = (model: ModelState, ticket: Constrained): ConstraintClass => {
  const { mode, ticket: { caller, kinds } } = ticket
  const id = classIdOf(ticket)
  const known = model.classes.get(id)
  if (known !== undefined) return known
  const organisation = ownerOf(ticket)
  const limits = {
    id,
    model,
    mode,
    organisation,
    sites: caller.sites,
    organisations: caller.organisations,
    kinds,
    branches: [],
    byOrganisation: new Map<string, Branch>(),
    entitled: 0,
    byKey: new Map<string, Leaf>()
  }
  const pairs = eligible(model.pairs, limits)
  return { ...limits, pairs, hosts: new Set(pairs.map(({ host }) => host)) }
}

const branchOf = (ticket: TicketState): Branch => {
  const room = ticket.class!
  const { byOrganisation } = room
  const { organisation } = ticket.ticket.caller
  let branch = byOrganisation.get(organisation)
  if (branch === undefined) {
    branch = {
      class: room,
      organisation,
      account: ticket.account!.organisation,
      leaves: [],
      entitled: 0,
      index: dormant,
      row: dormant
    }
    byOrganisation.set(organisation, branch)
  }
  if (branch.index === dormant) {
    branch.account = ticket.account!.organisation
    branch.index = room.branches.length
    room.branches.push(branch)
    room.model.frontier.add(branch)
  }
  return branch
}

const leafOf = (state: State, ticket: TicketState): Leaf => {
  const room = ticket.class!
  const { key, organisation } = ticket.ticket.caller
  const id = `${ticket.priority}\u0000${organisation}\u0000${key}`
  const known = room.byKey.get(id)
  if (known !== undefined && known.index !== dormant) return known
  const branch = branchOf(ticket)
  if (known !== undefined) {
    known.account = ticket.account!
    known.line = lineOf(state, ticket)
    known.since = ticket.arrivedAt
    known.index = branch.leaves.length
    wake(state, known)
    return known
  }
  const leaf: Leaf = {
    id,
    class: room,
    branch,
    priority: ticket.priority,
    account: ticket.account!,
    line: lineOf(state, ticket),
    since: ticket.arrivedAt,
    head: undefined,
    tail: undefined,
    index: branch.leaves.length
  }
  room.byKey.set(id, leaf)
  wake(state, leaf)
  return leaf
}

/** It has a ticket, or is about to. */
const wake = (state: State, leaf: Leaf): void => {
  const { branch } = leaf
  branch.leaves.push(leaf)
  survey(leaf)
  if (isEntitled(state, leaf.priority)) {
    branch.entitled++
    leaf.class.entitled++
  }
  leaf.class.model.frontier.retier(branch)
}

/** Puts a ticket where it waits, by arrival; its class, account and deadline must be set. */
export const offer = (state: State, ticket: TicketState): void => {
  ticket.waiting = true
  ticket.model!.waiting++
  state.deadlines.add(ticket)
  if (ticket.excluded !== undefined) {
    join(state, ticket, lineOf(state, ticket))
    state.retries.add(ticket)
    return
  }
  const leaf = leafOf(state, ticket)
  join(state, ticket, leaf.line)
  const before = predecessor(leaf, ticket)
  const after = before === undefined ? leaf.head : before.next
  ticket.leaf = leaf
  link(leaf, before, ticket)
  link(leaf, ticket, after)
}

/** Looked for from both ends at once: newcomers are the youngest of their leaf, those that come back mostly the oldest. */
const predecessor = (leaf: Leaf, ticket: TicketState): TicketState | undefined => {
  let late = leaf.tail
  let early = leaf.head
  while (late !== undefined && byArrival(late, ticket) > 0) {
    if (byArrival(early!, ticket) > 0) return early!.previous
    late = late.previous
    early = early!.next
  }
  return late
}

/** Makes two tickets of a leaf neighbours; a missing one is the end of the leaf. */
const link = (leaf: Leaf, previous: TicketState | undefined, next: TicketState | undefined): void => {
  if (next === undefined) leaf.tail = previous
  else next.previous = previous
  if (previous !== undefined) {
    previous.next = next
    return
  }
  leaf.head = next
  if (next === undefined) return
  leaf.since = next.arrivedAt
  survey(leaf)
}

/** The oldest of those of a leaf's branch and priority may be another now. */
const survey = ({ branch, class: { model: { frontier } }, priority }: Leaf): void => {
  let oldest = Infinity
  for (const leaf of branch.leaves) if (leaf.priority === priority && leaf.since < oldest) oldest = leaf.since
  if (oldest !== frontier.oldestIn(branch, priority)) frontier.survey(branch, priority, oldest)
}

/** Takes a ticket out, wherever it waits, in constant time. */
export const withdraw = (state: State, ticket: TicketState): void => {
  if (!ticket.waiting) return
  ticket.waiting = false
  ticket.model!.waiting--
  leave(state, ticket)
  state.deadlines.remove(ticket)
  state.retries.delete(ticket)
  const { leaf, next, previous } = ticket
  if (leaf === undefined) return
  link(leaf, previous, next)
  ticket.leaf = ticket.previous = ticket.next = undefined
  if (leaf.head === undefined) rest(state, leaf)
}

/** Empty leaves and branches are in nobody's way, and mostly their next ticket comes soon. */
const rest = (state: State, leaf: Leaf): void => {
  const { branch, class: room } = leaf
  removeAt(branch.leaves, leaf)
  leaf.index = dormant
  if (isEntitled(state, leaf.priority)) {
    branch.entitled--
    room.entitled--
  }
  if (branch.leaves.length > 0) {
    survey(leaf)
    room.model.frontier.retier(branch)
  } else {
    removeAt(room.branches, branch)
    branch.index = dormant
    room.model.frontier.remove(branch)
  }
  if (room.byKey.size > mostDormant) room.byKey.delete(leaf.id)
}

/** Leaves that one class keeps, empty or not: keys may be many, and most of them idle. */
const mostDormant = 4_096

/** Forgets what no ticket is in. */
export const prune = ({ byKey, byOrganisation }: ConstraintClass): void => {
  for (const [id, { index }] of byKey) if (index === dormant) byKey.delete(id)
  for (const [name, { index }] of byOrganisation) if (index === dormant) byOrganisation.delete(name)
}

/** The last takes the place of the one that goes. */
const removeAt = <A extends { index: number }>(items: Array<A>, item: A): void => {
  const last = items.pop()!
  if (last === item) return
  items[item.index] = last
  last.index = item.index
}

/** How many wait, over all models. */
export const size = (state: State): number => state.deadlines.size
