/** Organisations, keys, servers and models come, change and go under traffic; no lease is lost to it. */
import type { Caller } from "../Caller.ts"
import { deadlineOf } from "../Deadline.ts"
import { decidersOf } from "../Decider.ts"
import { KeyRevoked, ModelRemoved, NotAllowed } from "../DispatchError.ts"
import * as Expectation from "../Expectation.ts"
import { Frontier } from "../Frontier.ts"
import type { Model } from "../Model.ts"
import { Pace } from "../Pace.ts"
import { classOf, offer, withdraw } from "../PriorityQueue.ts"
import type { Server } from "../Server.ts"
import type { State, TicketState } from "../State.ts"
import { Throughput } from "../Throughput.ts"
import { accountOf, activate, deactivate, makeLevel } from "../VirtualService.ts"
import { allows, derive, doom } from "./Arrival.ts"
import { ailed, forget, occupied } from "./Shortlist.ts"
import { rebuild } from "./Topology.ts"

export const serverChanged = (state: State, server: Server): void => {
  const host = state.servers.get(server.url)
  if (host === undefined) {
    state.servers.set(server.url, {
      server,
      ordinal: ++state.ordinals,
      leases: 0,
      guests: 0,
      draining: undefined,
      removed: false,
      cold: true,
      ejection: undefined,
      ejectedFor: 0,
      downSince: undefined,
      heldOffUntil: 0,
      heldOffFor: 0,
      blamed: 0,
      pairs: new Map()
    })
  } else {
    host.server = server
    host.removed = false
    // Who counts as a guest depends on who owns it.
    host.guests = 0
    for (const lease of state.leases.values()) {
      if (lease.host !== host) continue
      lease.guest = lease.record.ticket.caller.organisation !== server.organisation
      if (lease.guest) host.guests++
    }
  }
  occupied(state, state.servers.get(server.url)!)
  rebuild(state)
}

export const serverDraining = (state: State, url: string, draining: boolean): void => {
  const host = state.servers.get(url)
  if (host === undefined) return
  host.draining = draining ? host.draining ?? state.now : undefined
  ailed(state, host)
}

export const serverRemoved = (state: State, url: string): void => {
  const host = state.servers.get(url)
  if (host === undefined) return
  host.removed = true
  if (host.leases === 0) forget(state, host)
  rebuild(state)
}

export const modelChanged = (state: State, model: Model): void => {
  const known = state.models.get(model.name)
  if (known === undefined) {
    state.models.set(model.name, {
      model,
      ...decidersOf(state.registry, model),
      pairs: [],
      pool: makeLevel(),
      classes: new Map(),
      frontier: new Frontier(state.settings),
      stranded: [],
      waiting: 0,
      turn: 0,
      expected: Expectation.make(state.settings),
      settled: { reported: 0, counted: 0, estimated: 0, absurd: 0 },
      throughput: new Throughput(),
      pace: new Pace(0),
      lines: new Map()
    })
    return rebuild(state)
  }
  const patienceChanged = known.model.patience !== model.patience
  Object.assign(known, { model, ...decidersOf(state.registry, model) })
  rebuild(state)
  if (!patienceChanged) return
  for (const ticket of state.tickets.values()) {
    if (ticket.model !== known || !ticket.waiting) continue
    state.deadlines.remove(ticket)
    ticket.deadline = deadlineOf(state, ticket)
    state.deadlines.add(ticket)
  }
}

export const modelRemoved = (state: State, name: string): void => {
  const model = state.models.get(name)
  if (model === undefined) return
  for (const ticket of state.tickets.values()) {
    if (ticket.model === model) doom(state, ticket, new ModelRemoved({ model: name }))
  }
  state.models.delete(name)
  for (const { host } of model.pairs) host.pairs.delete(model)
  rebuild(state)
}

export const keyChanged = (state: State, caller: Caller): void => {
  const tickets = Array.from(state.keys.get(caller.key) ?? []).filter((ticket) => {
    // An earlier edit forbade its model while it was in flight: this one decides anew.
    if (ticket.lease !== undefined && ticket.doom?._tag === "NotAllowed") ticket.doom = undefined
    return ticket.doom === undefined
  })
  // All step out before any steps in again, by arrival: each finds its place at the end of its leaf.
  for (const ticket of tickets) withdraw(state, ticket)
  for (const ticket of tickets) {
    const { organisation } = ticket.ticket.caller
    // One in flight stays on the account that its lease was charged to.
    const rights = ticket.lease === undefined ? caller : { ...caller, organisation }
    ticket.ticket = { ...ticket.ticket, caller: rights }
    derive(state, ticket)
    if (!allows(ticket.ticket)) doom(state, ticket, new NotAllowed({ model: ticket.ticket.model }))
    else if (ticket.lease === undefined) refile(state, ticket)
  }
}

/** Puts a ticket that waited into the leaf that its rights now lead to. */
const refile = (state: State, ticket: TicketState): void => {
  const { key, organisation } = ticket.ticket.caller
  const model = ticket.model!
  if (ticket.account!.organisation.name !== organisation) {
    deactivate(model.pool, ticket.account!)
    ticket.account = accountOf(model.pool, organisation, key)
    activate(model.pool, ticket.account)
  }
  ticket.class = classOf(model, ticket)
  offer(state, ticket)
}

export const keyRevoked = (state: State, key: string): void => {
  for (const ticket of state.keys.get(key) ?? []) doom(state, ticket, new KeyRevoked())
}
