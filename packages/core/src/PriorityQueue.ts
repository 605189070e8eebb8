/**
 * The waiting room: leaves of tickets that differ only in their arrival. Nothing in it moves while time passes,
 * because inside a leaf the oldest is the best whatever ageing does; a decision compares the heads of leaves.
 */
import { eligible } from "./Admission.ts"
import { byArrival } from "./ServiceOrder.ts"
import type { ConstraintClass, Leaf, ModelState, State, TicketState } from "./State.ts"

const listed = (names: ReadonlyArray<string> | undefined): string =>
  names === undefined ? "*" : names.toSorted().join("\u0001")

/** The class of a ticket's constraints, made on first sight; empty ones are dropped when the fleet changes. */
export const classOf = (model: ModelState, { mode, ticket: { caller } }: TicketState): ConstraintClass => {
  const organisation = mode === "any" ? undefined : caller.organisation
  const id = caller.sites === undefined && caller.organisations === undefined
    ? organisation === undefined ? mode : `${mode}\u0000${organisation}`
    : [mode, organisation ?? "", listed(caller.sites), listed(caller.organisations)].join("\u0000")
  const known = model.classes.get(id)
  if (known !== undefined) return known
  const limits = {
    id,
    model,
    mode,
    organisation,
    sites: caller.sites,
    organisations: caller.organisations,
    leaves: [],
    byKey: new Map<string, Leaf>()
  }
  const pairs = eligible(model.pairs, limits)
  const made: ConstraintClass = { ...limits, pairs, hosts: new Set(pairs.map(({ host }) => host)) }
  model.classes.set(id, made)
  return made
}

const leafOf = (ticket: TicketState): Leaf => {
  const room = ticket.class!
  const { key, organisation } = ticket.ticket.caller
  const id = `${ticket.priority}\u0000${organisation}\u0000${key}`
  const known = room.byKey.get(id)
  if (known !== undefined) return known
  const leaf: Leaf = {
    id,
    class: room,
    organisation,
    priority: ticket.priority,
    account: ticket.account!,
    head: undefined,
    tail: undefined,
    index: room.leaves.length
  }
  room.leaves.push(leaf)
  room.byKey.set(id, leaf)
  return leaf
}

/** Puts a ticket where it waits, by arrival; its class, account and deadline must be set. */
export const offer = (state: State, ticket: TicketState): void => {
  ticket.waiting = true
  ticket.model!.waiting++
  state.deadlines.add(ticket)
  if (ticket.excluded !== undefined) {
    state.retries.add(ticket)
    return
  }
  const leaf = leafOf(ticket)
  let before = leaf.tail
  while (before !== undefined && byArrival(before, ticket) > 0) before = before.previous
  const after = before === undefined ? leaf.head : before.next
  ticket.leaf = leaf
  ticket.previous = before
  ticket.next = after
  if (before === undefined) leaf.head = ticket
  else before.next = ticket
  if (after === undefined) leaf.tail = ticket
  else after.previous = ticket
}

/** Takes a ticket out, wherever it waits, in constant time. */
export const withdraw = (state: State, ticket: TicketState): void => {
  if (!ticket.waiting) return
  ticket.waiting = false
  ticket.model!.waiting--
  state.deadlines.remove(ticket)
  state.retries.delete(ticket)
  const { leaf, next, previous } = ticket
  if (leaf === undefined) return
  if (previous === undefined) leaf.head = next
  else previous.next = next
  if (next === undefined) leaf.tail = previous
  else next.previous = previous
  ticket.leaf = ticket.previous = ticket.next = undefined
  if (leaf.head === undefined) removeLeaf(leaf)
}

const removeLeaf = (leaf: Leaf): void => {
  const { byKey, leaves } = leaf.class
  const last = leaves.pop()!
  if (last !== leaf) {
    leaves[leaf.index] = last
    last.index = leaf.index
  }
  byKey.delete(leaf.id)
}

/** How many wait, over all models. */
export const size = (state: State): number => state.deadlines.size
