/** A ticket's way through the reference: arrival, grant, release, end. */
import type { Reason } from "../../src/DispatchError.ts"
import { AttemptsExhausted, NotAllowed, Stopping, ThresholdReached, UnknownModel } from "../../src/DispatchError.ts"
import type { Event } from "../../src/Event.ts"
import type { Ticket } from "../../src/Ticket.ts"
import * as Counters from "./Counters.ts"
import * as Estimate from "./Estimate.ts"
import * as Health from "./Health.ts"
import type { LeaseRecord, TicketRecord, World } from "./Records.ts"
import * as Rules from "./Rules.ts"

/** Base priority and mode: what was asked, within the key's rights. */
export const derive = ({ settings: { bestPriority } }: World, ticket: TicketRecord): void => {
  const asked = ticket.ticket.priority ?? Infinity
  ticket.priority = Math.max(0, Math.min(asked, ticket.caller.priority, bestPriority))
  ticket.mode = ticket.ticket.routingMode ?? ticket.caller.routingMode
}

export const allows = ({ caller, ticket }: TicketRecord): boolean => caller.models?.includes(ticket.model) ?? true

const refusal = (world: World, record: TicketRecord): Reason | undefined => {
  const { caller: { threshold }, model, ticket } = record
  if (world.stopping) return new Stopping()
  if (model === undefined) return new UnknownModel({ model: ticket.model })
  if (!allows(record)) return new NotAllowed({ model: ticket.model })
  const waiting = world.tickets.filter((other) => other.model === model && other.waiting && other.doom === undefined)
  return threshold !== undefined && waiting.length >= threshold
    ? new ThresholdReached({ waiting: waiting.length, threshold })
    : undefined
}

export const arrived = (world: World, ticket: Ticket): void => {
  if (world.tickets.some(({ id }) => id === ticket.id)) return
  const record: TicketRecord = {
    id: ticket.id,
    seq: world.arrivals++,
    arrivedAt: world.now,
    ticket,
    caller: ticket.caller,
    priority: 0,
    mode: "any",
    model: world.models.find(({ model }) => model.name === ticket.model),
    pool: undefined,
    waiting: true,
    fresh: true,
    waitingSince: world.now,
    waited: 0,
    requeues: 0,
    grants: 0,
    failures: 0,
    suspects: 0,
    excluded: new Set(),
    suspected: [],
    firstGrantedAt: undefined,
    doom: undefined
  }
  derive(world, record)
  record.doom = refusal(world, record)
  if (record.doom === undefined) Counters.enter(world, record, record.model!.pool)
  world.tickets.push(record)
}

export const held = (world: World): void => {
  for (const ticket of world.tickets) {
    if (ticket.fresh && ticket.waiting) ticket.requeues++
    ticket.fresh = false
  }
}

export const granted = (world: World, ticket: TicketRecord, url: string): LeaseRecord => {
  const pair = Rules.pairsOf(world, ticket).find(({ server }) => server.server.url === url)!
  const { caller: { key, organisation } } = ticket
  const estimate = Estimate.of(world.settings, ticket.model!, ticket.ticket.work)
  const weight = world.weights.get(organisation) ?? 1
  ticket.waiting = false
  ticket.fresh = false
  ticket.waited += world.now - ticket.waitingSince
  ticket.firstGrantedAt ??= world.now
  ticket.grants++
  ticket.model!.turn = pair.server.ordinal
  Counters.charge(ticket.pool!, organisation, key, Estimate.total(estimate), weight, 1)
  const trial = Health.isHalfOpen(pair.server, world.now)
  const lease: LeaseRecord = { id: ++world.grants, ticket, pair, organisation, estimate, weight, trial }
  world.leases.push(lease)
  return lease
}

export const ended = (world: World, ticket: TicketRecord): void => {
  if (ticket.pool !== undefined) Counters.leave(world, ticket)
  world.tickets = world.tickets.filter((other) => other !== ticket)
}

const succeeded = (world: World, { pair, ticket }: LeaseRecord): void => {
  Health.succeeded(pair, world.now)
  for (const server of ticket.suspected) if (server !== pair.server) Health.blame(server, world.now)
  ticket.suspected = []
}

export const firstData = (world: World, lease: LeaseRecord, ttft: number): void => {
  lease.pair.figure.own.push({ at: world.now, ttft })
  succeeded(world, lease)
}

/** True if the outcome lets the ticket go on. */
const judged = (
  world: World,
  lease: LeaseRecord,
  outcome: Extract<Event, { _tag: "Released" }>["outcome"]
): boolean => {
  const { pair, ticket } = lease
  const { server } = pair
  switch (outcome._tag) {
    case "Served":
      succeeded(world, lease)
      return false
    case "Client":
      Health.answered(server, world.now)
      return false
    case "Busy":
      Health.busy(server, outcome.retryAfter, world.now)
      ticket.requeues++
      return true
    case "Down":
      Health.down(server, "Down", world.now)
      ticket.requeues++
      return true
    case "Suspect":
      if (lease.trial) Health.down(server, "Suspect", world.now)
      else ticket.suspected.push(server)
      ticket.failures++
      ticket.suspects++
      ticket.excluded.add(server)
      return true
    case "Misconfigured":
      Health.misconfigured(pair, outcome.scope, world.now)
      ticket.failures++
      ticket.excluded.add(server)
      return true
    default:
      return false
  }
}

export const released = (world: World, event: Extract<Event, { _tag: "Released" }>): void => {
  const lease = world.leases.find(({ id }) => id === event.lease)
  if (lease === undefined) return
  const { estimate, organisation, pair: { server }, ticket, weight } = lease
  world.leases = world.leases.filter((other) => other !== lease)
  Counters.charge(ticket.pool!, organisation, ticket.caller.key, Estimate.total(estimate), weight, -1)
  Counters.charge(ticket.pool!, organisation, ticket.caller.key, Estimate.settled(world, lease, event), weight, 1)
  Estimate.remember(ticket, event)
  if (server.removed && !world.leases.some((other) => other.pair.server === server)) {
    world.servers = world.servers.filter((other) => other !== server)
  }
  if (!judged(world, lease, event.outcome) || !event.retry) return ended(world, ticket)
  ticket.waiting = true
  ticket.waitingSince = world.now
  const left = Rules.pairsOf(world, ticket).filter((pair) =>
    Rules.configured(ticket, pair) && !ticket.excluded.has(pair.server)
  )
  const spent = ticket.failures >= 3 || ticket.suspects >= 2 || (ticket.excluded.size > 0 && left.length === 0)
  if (spent) ticket.doom ??= new AttemptsExhausted({ attempts: ticket.grants })
  else if (world.stopping) ticket.doom ??= new Stopping()
}
