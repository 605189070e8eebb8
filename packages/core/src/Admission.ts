/** Whether a server may take a ticket now: `admits` of DESIGN §3.4, term by term. */
import { decidingFor } from "./Decider.ts"
import type { Branch, ConstraintClass } from "./Room.ts"
import type { ModelState, Pair, ServerState, State, TicketState } from "./State.ts"

/** The four kinds of ticket between which the slot rule distinguishes, as bits. */
export const ownerLow = 1
export const ownerHigh = 2
export const guestLow = 4
export const guestHigh = 8
const nobody = 0
export const everybody = 15

/** A guest's kinds are those of an owner, so far up. */
export const guest = 2

/** A server with the kinds of ticket that it would take now. */
export interface Open {
  readonly pair: Pair
  readonly kinds: number
}

export const isEntitled = (state: State, priority: number): boolean => priority >= state.settings.bestPriority - 1

/** Which of an owner's two kinds a base priority stands for. */
export const tierOf = (state: State, priority: number): number => isEntitled(state, priority) ? ownerHigh : ownerLow

/** Which of the four a ticket of this organisation and base priority is on this server. */
export const kindOf = (state: State, host: ServerState, organisation: string, priority: number): number =>
  tierOf(state, priority) << (host.server.organisation === organisation ? 0 : guest)

/** Which of the four wait in a branch. */
export const kindsIn = ({ entitled, leaves, organisation }: Branch, { server }: ServerState): number => {
  const owner = server.organisation === organisation
  return (entitled > 0 ? owner ? ownerHigh : guestHigh : nobody) |
    (entitled < leaves.length ? owner ? ownerLow : guestLow : nobody)
}

export const isHalfOpen = (host: ServerState, now: number): boolean =>
  host.ejection !== undefined && now >= host.ejection.until

export const isEjected = (host: ServerState, now: number): boolean =>
  host.ejection !== undefined && now < host.ejection.until

/** Since when a pair that is not up has been out of use, by whatever keeps it out now. */
export const outSince = ({ host, unknownSince, unknownUntil }: Pair, now: number): number =>
  Math.min(
    (isEjected(host, now) ? host.downSince : undefined) ?? Infinity,
    host.draining ?? Infinity,
    (now < unknownUntil ? unknownSince : undefined) ?? Infinity
  )

/** Half-open counts as up. */
export const isUp = ({ host, unknownUntil }: Pair, now: number): boolean =>
  !isEjected(host, now) && host.draining === undefined && !host.removed && now >= unknownUntil

/** Whether all servers of a model are up. */
export const allUp = ({ ailing }: State, model: ModelState, now: number): boolean => {
  for (const { pairs } of ailing) {
    const pair = pairs.get(model)
    if (pair !== undefined && !isUp(pair, now)) return false
  }
  return true
}

export const takesOne = (host: ServerState, now: number): boolean => host.cold || isHalfOpen(host, now)

/** A slot is free, though perhaps not for everybody. */
export const hasRoom = ({ leases, server }: ServerState): boolean => leases < server.maxConcurrent + server.headroom

/** Nobody gets a slot here, whatever else may change: most servers of a busy fleet, so it is asked first. */
const isFull = (state: State, model: ModelState, host: ServerState): boolean =>
  !hasRoom(host) && !decidingFor(state, model).ignoresSlots

/** Those of a model's servers that are not full, in no order. */
export const eachWithRoom = (state: State, model: ModelState, look: (pair: Pair) => void): void => {
  if (decidingFor(state, model).ignoresSlots) return model.pairs.forEach(look)
  for (const { pairs } of state.roomy) {
    const pair = pairs.get(model)
    if (pair !== undefined) look(pair)
  }
}

/** Whether the policy would have this server take one more, with or without a slot. */
export const judges = (state: State, model: ModelState, { host, ttft }: Pair, now: number, hasSlot: boolean) =>
  decidingFor(state, model).policy.judge({
    hasSlot,
    leases: host.leases,
    ttft: ttft.figure(now),
    ttftThreshold: model.model.ttftThreshold
  })

/** Bits of the owner's kinds that this server would take, the reserve aside. */
const ownerAdmits = (state: State, model: ModelState, pair: Pair, now: number): number => {
  const { host } = pair
  if (isFull(state, model, host)) return nobody
  if (!isUp(pair, now) || now < host.heldOffUntil || (host.leases > 0 && takesOne(host, now))) return nobody
  const { maxConcurrent, headroom } = host.server
  if (judges(state, model, pair, now, host.leases < maxConcurrent)) return ownerLow | ownerHigh
  return headroom > 0 && judges(state, model, pair, now, host.leases < maxConcurrent + headroom) ? ownerHigh : nobody
}

/** Whether the owner of this server has a ticket waiting that it would take; the owner skips the reserve term. */
const ownerWaits = (state: State, host: ServerState, now: number): boolean => {
  const owner = host.server.organisation
  for (const model of state.models.values()) {
    if (model.waiting === 0) continue
    const pair = host.pairs.get(model)
    const bits = pair === undefined ? nobody : ownerAdmits(state, model, pair, now)
    if (bits === nobody) continue
    for (const { byOrganisation, entitled, hosts } of model.classes.values()) {
      if (bits === ownerHigh && entitled === 0) continue
      const branch = byOrganisation.get(owner)
      if (branch !== undefined && hosts.has(host) && (bits & kindsIn(branch, host)) !== 0) return true
    }
    for (const ticket of state.retries) {
      if (
        ticket.model === model && ticket.ticket.caller.organisation === owner && mayUse(ticket, host) &&
        (bits & kindOf(state, host, owner, ticket.priority)) !== 0
      ) return true
    }
  }
  return false
}

/** Whether configuration allows the ticket on this server, and it has not failed the ticket. */
export const mayUse = (ticket: TicketState, host: ServerState): boolean =>
  ticket.class!.hosts.has(host) && ticket.excluded?.has(host) !== true

/** Which of the four kinds of ticket of this model the server would take now, as bits. */
export const admitted = (state: State, model: ModelState, pair: Pair, now: number): number => {
  const owner = ownerAdmits(state, model, pair, now)
  if (owner === nobody) return nobody
  const { guests, server: { maxConcurrent, ownerReserve } } = pair.host
  const open = ownerReserve === 0 || guests < maxConcurrent - ownerReserve ||
    // A policy that takes a ticket without a slot does not know the slot rule, nor its reserve.
    judges(state, model, pair, now, false) ||
    !ownerWaits(state, pair.host, now)
  if (!open) return owner
  return owner === (ownerLow | ownerHigh) ? everybody : owner | guestHigh
}

/** The servers that may serve a class, by configuration alone. */
export const eligible = (
  pairs: ReadonlyArray<Pair>,
  limits: Pick<ConstraintClass, "mode" | "organisation" | "sites" | "organisations" | "kinds">
) =>
  pairs.filter(({ host: { server } }) =>
    (limits.mode !== "private-only" || server.organisation === limits.organisation) &&
    (limits.sites === undefined || limits.sites.includes(server.site)) &&
    (limits.organisations === undefined || limits.organisations.includes(server.organisation)) &&
    (limits.kinds === undefined || limits.kinds.includes(server.kind))
  )
