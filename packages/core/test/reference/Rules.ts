/** DESIGN §3.3 and §3.4, asked of one ticket and one server at a time. */
import * as Counters from "./Counters.ts"
import { figureAt } from "./Figure.ts"
import { isHalfOpen, isUp } from "./Health.ts"
import type { PairRecord, TicketRecord, World } from "./Records.ts"

export const effective = ({ settings: { ageing, bestPriority } }: World, ticket: TicketRecord, now: number): number => {
  const steps = ageing === undefined ? 0 : Math.floor(Math.max(0, now - ticket.arrivedAt) / ageing)
  return Math.min(bestPriority, ticket.priority + steps)
}

/** The one sorted array. */
export const waiting = (world: World, now: number): ReadonlyArray<TicketRecord> =>
  world.tickets.filter((ticket) => ticket.waiting && ticket.doom === undefined)
    .map((ticket) => ({ ticket, priority: effective(world, ticket, now), service: Counters.serviceOf(ticket) }))
    .sort((a, b) =>
      b.priority - a.priority || a.service[0] - b.service[0] || a.service[1] - b.service[1] ||
      a.ticket.arrivedAt - b.ticket.arrivedAt || a.ticket.seq - b.ticket.seq
    )
    .map(({ ticket }) => ticket)

/** Configuration allows it, whatever happened to the ticket so far. */
export const configured = (
  { caller, mode, model, ticket }: TicketRecord,
  { model: of, server: { removed, server } }: PairRecord
) =>
  of === model && !removed && of.model.servers.includes(server.url) &&
  (mode !== "private-only" || server.organisation === caller.organisation) &&
  (caller.sites === undefined || caller.sites.includes(server.site)) &&
  (caller.organisations === undefined || caller.organisations.includes(server.organisation)) &&
  (ticket.kinds === undefined || ticket.kinds.includes(server.kind))

export const eligible = (ticket: TicketRecord, pair: PairRecord, now: number): boolean =>
  configured(ticket, pair) && isUp(pair, now) && !ticket.excluded.has(pair.server)

export const figure = ({ settings }: World, pair: PairRecord, now: number): number | undefined =>
  figureAt(pair.figure, settings.ttftWindow, now)

const isOwner = ({ caller }: TicketRecord, { server: { server } }: PairRecord): boolean =>
  caller.organisation === server.organisation

/** The slot rule; an owner's own claim skips the reserve term. */
export const hasSlot = (world: World, ticket: TicketRecord, pair: PairRecord, now: number): boolean => {
  const { server: { headroom, maxConcurrent, ownerReserve } } = pair.server
  const held = world.leases.filter((lease) => lease.pair.server === pair.server)
  const entitled = ticket.priority >= world.settings.bestPriority - 1
  if (held.length >= maxConcurrent + (entitled ? headroom : 0)) return false
  if (ownerReserve === 0 || isOwner(ticket, pair)) return true
  const guests = held.filter(({ organisation }) => organisation !== pair.server.server.organisation)
  if (guests.length < maxConcurrent - ownerReserve) return true
  return !world.tickets.some((other) =>
    other.waiting && other.doom === undefined &&
    world.pairs.some((own) => own.server === pair.server && isOwner(other, own) && admits(world, own, other, now))
  )
}

export const admits = (world: World, pair: PairRecord, ticket: TicketRecord, now: number): boolean => {
  const { server } = pair
  const none = !world.leases.some((lease) => lease.pair.server === server)
  if (!eligible(ticket, pair, now) || now < server.heldOffUntil) return false
  if ((server.cold || isHalfOpen(server, now)) && !none) return false
  const { policy, ttftThreshold } = pair.model.model
  if (policy === "none") return true
  if (!hasSlot(world, ticket, pair, now)) return false
  if (policy === "concurrent-requests" || none) return true
  const ttft = figure(world, pair, now)
  return ttft === undefined || ttft <= ttftThreshold
}

/** In the order of the model's configuration, as they were put there. */
export const pairsOf = ({ pairs }: World, { model: of }: TicketRecord): ReadonlyArray<PairRecord> =>
  pairs.filter(({ model, server }) => model === of && !server.removed)
