/** A lease comes back: its slot is free, its cost is settled, and its outcome says what becomes of ticket and server. */
import { deadlineOf } from "../Deadline.ts"
import { AttemptsExhausted, Stopping } from "../DispatchError.ts"
import type { Ending } from "../Journey.ts"
import type { Outcome } from "../Outcome.ts"
import { classOf, offer } from "../PriorityQueue.ts"
import type { LeaseState, State, TicketState } from "../State.ts"
import type { Usage } from "../Work.ts"
import { doom, ended } from "./Arrival.ts"
import { answered, blame, eject, holdOff, misconfigured, succeeded } from "./Health.ts"
import { settled } from "./Settlement.ts"
import { forget, occupied } from "./Shortlist.ts"

/** Answers of these kinds count: the first, and two more. `busy` and `down` do not. */
const mostAttempts = 3

/** A poisonous prompt must not go from server to server: one retry elsewhere. */
const mostSuspects = 2

export const firstData = (state: State, lease: LeaseState, ttft: number): void => {
  lease.pair.ttft.record(state.now, ttft)
  served(state, lease)
}

/** The server answered well; those that failed this ticket before are to blame for it. */
const served = (state: State, { host, pair, ticket }: LeaseState): void => {
  succeeded(state, host, pair)
  for (const suspect of ticket.suspected ?? []) if (suspect !== host) blame(state, suspect)
  ticket.suspected = undefined
}

/** Of tickets that do not go on; an engine's refusal was passed on to its caller, who was served. */
const endings: Partial<Record<Outcome["_tag"], Ending>> = {
  Served: "released",
  Client: "released",
  Withdrawn: "withdrawn"
}

export const released = (
  state: State,
  lease: LeaseState,
  outcome: Outcome,
  usage: Usage | undefined,
  retry: boolean
): void => {
  const { guest, host, ticket } = lease
  state.leases.delete(lease.id)
  ticket.lease = undefined
  host.leases--
  if (guest) host.guests--
  occupied(state, host)
  if (host.removed && host.leases === 0) forget(state, host)
  const settlement = settled(state, lease, outcome, usage)
  const attempt = ticket.attempts?.at(-1)
  if (attempt !== undefined) {
    attempt.releasedAt = state.now
    attempt.outcome = outcome._tag
  }
  const requeued = judged(state, lease, outcome) && retry
  state.notices.push({ _tag: "Released", at: state.now, lease: lease.record, outcome, ...settlement, requeued })
  if (requeued) requeue(state, ticket)
  else ended(state, ticket, endings[outcome._tag] ?? "failed")
}

/** What the outcome says of the server; true if the ticket may go on. */
const judged = (state: State, lease: LeaseState, outcome: Outcome): boolean => {
  const { host, pair, ticket, trial } = lease
  switch (outcome._tag) {
    case "Served":
      served(state, lease)
      return false
    case "Client":
      answered(state, host)
      return false
    case "Busy":
      answered(state, host)
      holdOff(state, host, outcome.retryAfter)
      ticket.requeues++
      return true
    case "Down":
      eject(state, host, "Down")
      ticket.requeues++
      return true
    case "Suspect":
      ticket.failures++
      ticket.suspects++
      exclude(lease)
      if (trial) eject(state, host, "Suspect")
      else (ticket.suspected ??= []).push(host)
      return true
    case "Misconfigured":
      ticket.failures++
      exclude(lease)
      misconfigured(state, host, pair, outcome.scope)
      return true
    default:
      return false
  }
}

const exclude = ({ host, ticket }: LeaseState): void => {
  ;(ticket.excluded ??= new Set()).add(host)
}

/** The ticket waits again, with the arrival time that it has for life. */
const requeue = (state: State, ticket: TicketState): void => {
  const model = ticket.model!
  ticket.waitingSince = state.now
  ticket.deadline = deadlineOf(state, ticket)
  ticket.class = classOf(model, ticket)
  const spent = ticket.failures >= mostAttempts || ticket.suspects >= mostSuspects ||
    (ticket.excluded !== undefined && ticket.class.pairs.every(({ host }) => ticket.excluded!.has(host)))
  const reason = ticket.doom ??
    (spent ? new AttemptsExhausted({ attempts: ticket.grants }) : state.stopping ? new Stopping() : undefined)
  if (reason === undefined) return offer(state, ticket)
  ticket.doom = undefined
  doom(state, ticket, reason)
}
