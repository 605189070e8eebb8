/** A ticket comes in, is passed over for the first time, is granted a server, or ends. */
import { isHalfOpen } from "../Admission.ts"
import { deadlineOf } from "../Deadline.ts"
import type { Reason } from "../DispatchError.ts"
import { NotAllowed, Stopping, ThresholdReached, UnknownModel } from "../DispatchError.ts"
import { expect } from "../Expectation.ts"
import type { Ending } from "../Journey.ts"
import * as Lines from "../Lines.ts"
import { classOf, offer, withdraw } from "../PriorityQueue.ts"
import { Siblings } from "../Siblings.ts"
import type { LeaseState, State, TicketState } from "../State.ts"
import type { Ticket } from "../Ticket.ts"
import { accountOf, activate, deactivate, settle, standingOf } from "../VirtualService.ts"
import { total } from "../Work.ts"
import { occupied } from "./Shortlist.ts"

/** Base priority and mode: what was asked, within what the key allows. */
export const derive = (state: State, ticket: Pick<TicketState, "ticket" | "priority" | "mode">): void => {
  const { caller, priority, routingMode } = ticket.ticket
  ticket.priority = Math.max(0, Math.min(priority ?? caller.priority, caller.priority, state.settings.bestPriority))
  ticket.mode = routingMode ?? caller.routingMode
}

export const allows = ({ caller, model }: Ticket): boolean =>
  caller.models === undefined || caller.models.includes(model)

const refusal = (state: State, { ticket, model }: TicketState): Reason | undefined => {
  if (state.stopping) return new Stopping()
  if (model === undefined) return new UnknownModel({ model: ticket.model })
  if (!allows(ticket)) return new NotAllowed({ model: ticket.model })
  const { threshold } = ticket.caller
  if (threshold === undefined || model.waiting < threshold) return undefined
  return new ThresholdReached({ waiting: model.waiting, threshold })
}

const begin = (state: State, ticket: Ticket): TicketState => ({
  ticket,
  seq: ++state.sequence,
  arrivedAt: state.now,
  priority: 0,
  mode: "any",
  model: state.models.get(ticket.model),
  class: undefined,
  account: undefined,
  leaf: undefined,
  previous: undefined,
  next: undefined,
  waiting: false,
  elder: undefined,
  younger: undefined,
  line: undefined,
  size: 0,
  fresh: true,
  waitingSince: state.now,
  waited: 0,
  requeues: 0,
  grants: 0,
  failures: 0,
  suspects: 0,
  excluded: undefined,
  suspected: undefined,
  firstGrantedAt: undefined,
  lease: undefined,
  doom: undefined,
  attempts: undefined,
  name: "",
  refused: false,
  deadline: 0,
  heapIndex: -1
})

export const arrived = (state: State, request: Ticket): void => {
  const ticket = begin(state, request)
  state.notices.push({ _tag: "Arrived", at: state.now, ticket: request })
  const { key, organisation } = request.caller
  state.tickets.add(request.id, ticket)
  let siblings = state.keys.get(key)
  if (siblings === undefined) state.keys.set(key, siblings = new Siblings())
  siblings.add(ticket)
  state.journal.arrived(ticket)
  derive(state, ticket)
  const reason = refusal(state, ticket)
  if (reason !== undefined) {
    ticket.refused = true
    return doom(state, ticket, reason)
  }
  const model = ticket.model!
  ticket.class = classOf(model, ticket)
  ticket.account = accountOf(model.pool, organisation, key)
  activate(model.pool, ticket.account)
  ticket.deadline = deadlineOf(state, ticket)
  offer(state, ticket)
  state.fresh.push(ticket)
}

/** The first decision after arrival left them waiting. */
export const held = (state: State): void => {
  for (const ticket of state.fresh) {
    ticket.fresh = false
    if (ticket.waiting) ticket.requeues++
  }
  state.fresh.length = 0
}

/** It fails at the next decision; one in flight, when its lease comes back for a retry. */
export const doom = (state: State, ticket: TicketState, reason: Reason): void => {
  if (ticket.doom !== undefined) return
  ticket.doom = reason
  if (ticket.lease !== undefined) return
  withdraw(state, ticket)
  state.doomed.add(ticket)
}

/** Forgets a ticket, which holds no lease, but for what its caller may ask of it. */
export const ended = (state: State, ticket: TicketState, ending: Ending, reason?: Reason): void => {
  state.journal.ended(ticket, ending, reason?._tag, state.now)
  withdraw(state, ticket)
  state.doomed.delete(ticket)
  state.tickets.delete(ticket.ticket.id)
  const { key } = ticket.ticket.caller
  const siblings = state.keys.get(key)!
  siblings.delete(ticket)
  if (siblings.isEmpty) state.keys.delete(key)
  if (ticket.account !== undefined) deactivate(ticket.model!.pool, ticket.account)
}

export const granted = (state: State, ticket: TicketState, url: string, candidates: number): void => {
  const model = ticket.model!
  const host = state.servers.get(url)!
  const pair = host.pairs.get(model)!
  const { now } = state
  const { organisation } = ticket.ticket.caller
  const guest = host.server.organisation !== organisation
  const weight = state.weights.get(organisation) ?? 1
  const estimate = expect(model.expected, state.settings, ticket.ticket.work)
  const standing = ticket.fresh ? undefined : standingOf(model.pool, ticket.account!.organisation)
  withdraw(state, ticket)
  Lines.granted(ticket)
  ticket.waited += now - ticket.waitingSince
  ticket.firstGrantedAt ??= now
  ticket.fresh = false
  const lease: LeaseState = {
    id: ++state.leaseSequence,
    ticket,
    host,
    pair,
    weight,
    guest,
    trial: isHalfOpen(host, now),
    record: {
      id: state.leaseSequence,
      ticket: ticket.ticket,
      server: host.server,
      model: model.model,
      priority: ticket.priority,
      routingMode: ticket.mode,
      arrivedAt: ticket.arrivedAt,
      grantedAt: now,
      firstGrantedAt: ticket.firstGrantedAt,
      waited: ticket.waited,
      requeues: ticket.requeues,
      attempt: ++ticket.grants,
      estimate,
      leasesAtGrant: host.leases,
      ttftAtGrant: pair.ttft.figure(now),
      candidates
    }
  }
  state.notices.push({ _tag: "Granted", at: now, lease: lease.record })
  state.journal.granted(ticket, lease.record, host.guests, standing)
  ticket.lease = lease
  state.leases.add(lease.id, lease)
  host.leases++
  if (guest) host.guests++
  occupied(state, host)
  model.turn = host.ordinal
  model.throughput.grant(now)
  settle(ticket.account!, 0, total(estimate), weight)
}
