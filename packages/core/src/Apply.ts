/** The only mutator: what each event does to the state. Pure but for the state it is given. */
import { arrived, doom, ended, granted, held } from "./apply/Arrival.ts"
import * as Configuration from "./apply/Configuration.ts"
import { healthChecked, serverEjected, serverRestored } from "./apply/Health.ts"
import { firstData, released } from "./apply/Release.ts"
import { endingOf, Stopping } from "./DispatchError.ts"
import type { Event } from "./Event.ts"
import { greatestWeight, leastWeight } from "./Organisation.ts"
import type { State } from "./State.ts"

/** Events of tickets, leases and servers that are no longer there change nothing. */
export const apply = (state: State, event: Event, now: number): void => {
  // A clock that jumps back must not reorder arrivals nor lengthen a wait.
  if (now > state.now) state.now = now
  switch (event._tag) {
    case "Arrived":
      return state.tickets.has(event.ticket.id) ? undefined : arrived(state, event.ticket)
    case "Held":
      return held(state)
    case "Granted": {
      const ticket = state.tickets.get(event.ticket)
      return ticket?.waiting === true ? granted(state, ticket, event.url, event.candidates) : undefined
    }
    case "Ended":
    case "Withdrawn": {
      const ticket = state.tickets.get(event.ticket)
      if (ticket === undefined || ticket.lease !== undefined) return
      const { grants, requeues } = ticket
      const told = { at: state.now, ticket: ticket.ticket, requeues, grants }
      if (event._tag === "Withdrawn") {
        state.notices.push({ _tag: "Withdrawn", ...told })
        return ended(state, ticket, "withdrawn")
      }
      const { reason } = event
      const ending = endingOf(ticket, reason)
      state.notices.push({ _tag: "Ended", ...told, ending, reason })
      return ended(state, ticket, ending, reason)
    }
    case "FirstData": {
      const lease = state.leases.get(event.lease)
      return lease === undefined ? undefined : firstData(state, lease, event.ttft)
    }
    case "Released": {
      const lease = state.leases.get(event.lease)
      return lease === undefined ? undefined : released(state, lease, event.outcome, event.usage, event.retry)
    }
    case "LoadSampled":
      return loadSampled(state, event.url, event.model, event.load)
    case "HealthChecked": {
      const host = state.servers.get(event.url)
      return host === undefined ? undefined : healthChecked(state, host, event.health)
    }
    case "ServerEjected":
    case "ServerRestored": {
      const host = state.servers.get(event.url)
      if (host === undefined) return
      return event._tag === "ServerEjected" ? serverEjected(state, host) : serverRestored(state, host)
    }
    case "OrganisationChanged":
      state.weights.set(
        event.organisation.name,
        Math.max(leastWeight, Math.min(event.organisation.weight, greatestWeight))
      )
      return
    case "OrganisationRemoved":
      state.weights.delete(event.name)
      return
    case "KeyChanged":
      return Configuration.keyChanged(state, event.caller)
    case "KeyRevoked":
      return Configuration.keyRevoked(state, event.key)
    case "ServerChanged":
      return Configuration.serverChanged(state, event.server)
    case "ServerDraining":
      return Configuration.serverDraining(state, event.url, event.draining)
    case "ServerRemoved":
      return Configuration.serverRemoved(state, event.url)
    case "ModelChanged":
      return Configuration.modelChanged(state, event.model)
    case "ModelRemoved":
      return Configuration.modelRemoved(state, event.name)
    case "Stopping":
      state.stopping = true
      for (const ticket of state.tickets.values()) if (ticket.waiting) doom(state, ticket, new Stopping())
  }
}

const loadSampled = (
  state: State,
  url: string,
  model: string,
  load: Extract<Event, { _tag: "LoadSampled" }>["load"]
) => {
  const pair = state.models.get(model)?.pairs.find(({ host }) => host.server.url === url)
  if (pair === undefined) return
  pair.load = load
  if (load.ttft !== undefined) pair.ttft.observe(state.now, load.ttft)
}
