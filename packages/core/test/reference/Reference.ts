/** The naive reference of law 9: what each event of DESIGN §3 does, written from that page and not from the code. */
import { KeyRevoked, ModelRemoved, NotAllowed, Stopping } from "../../src/DispatchError.ts"
import type { Reason } from "../../src/DispatchError.ts"
import type { Event } from "../../src/Event.ts"
import type { Server } from "../../src/Server.ts"
import * as Counters from "./Counters.ts"
import * as Figure from "./Figure.ts"
import * as Health from "./Health.ts"
import * as Passage from "./Passage.ts"
import type { ModelRecord, PoolRecord, TicketRecord, World } from "./Records.ts"

/** Models that share a server that is not on its way out compete; found by widening until nothing is added. */
const groupsOf = ({ models, pairs }: World): Array<Array<ModelRecord>> => {
  const serversOf = (model: ModelRecord) => pairs.filter((pair) => pair.model === model).map(({ server }) => server)
  let groups = models.map((model) => [model])
  for (const model of models) {
    const near = groups.filter((group) =>
      group.some((other) => other === model || serversOf(other).some((server) => serversOf(model).includes(server)))
    )
    groups = [...groups.filter((group) => !near.includes(group)), near.flat()]
  }
  return groups
}

const rebuild = (world: World): void => {
  const wanted = world.models.flatMap((model) =>
    model.model.servers.flatMap((url) => {
      const server = world.servers.find((server) => server.server.url === url && !server.removed)
      return server === undefined ? [] : [{ model, server }]
    })
  )
  world.pairs = wanted.map(({ model, server }) =>
    world.pairs.find((pair) => pair.model === model && pair.server === server) ??
      { model, server, figure: Figure.make(), unknownUntil: 0, unknownSince: undefined }
  )
  const groups = groupsOf(world)
  const poolsOf = (
    group: ReadonlyArray<ModelRecord>
  ): ReadonlyArray<PoolRecord> => [...new Set(group.map((each) => each.pool))]
  const changed = groups.filter((group) =>
    poolsOf(group).length > 1 || groups.some((other) => other !== group && poolsOf(other).includes(group[0]!.pool))
  )
  // All distances are read before anything moves.
  const joins = changed.map((group) =>
    [poolsOf(group).flatMap((pool) => Counters.distances(world, pool)), group] as const
  )
  for (const [kept, group] of joins) Counters.join(world, kept, group)
}

const doom = (tickets: ReadonlyArray<TicketRecord>, reason: Reason): void => {
  for (const ticket of tickets) ticket.doom ??= reason
}

const serverChanged = (world: World, server: Server): void => {
  const known = world.servers.find((other) => other.server.url === server.url)
  if (known !== undefined) {
    known.server = server
    known.removed = false
    return
  }
  world.servers.push({
    server,
    ordinal: ++world.ordinals,
    removed: false,
    cold: true,
    drainingSince: undefined,
    ejection: undefined,
    ejectedFor: 0,
    downSince: undefined,
    heldOffUntil: 0,
    heldOffFor: 0,
    blamed: 0
  })
}

const keyChanged = (world: World, { caller }: Extract<Event, { _tag: "KeyChanged" }>): void => {
  for (const ticket of world.tickets) {
    if (ticket.caller.key !== caller.key) continue
    // What an earlier edit forbade to one in flight, this one decides anew.
    if (!ticket.waiting && ticket.doom?._tag === "NotAllowed") ticket.doom = undefined
    if (ticket.doom !== undefined) continue
    if (!ticket.waiting) ticket.caller = { ...caller, organisation: ticket.caller.organisation }
    else if (ticket.caller.organisation === caller.organisation) ticket.caller = caller
    else {
      const pool = ticket.pool!
      // One that is no longer allowed is on its way out, and does not move first.
      const moved = { ...ticket, caller }
      if (Passage.allows(moved)) {
        Counters.leave(world, ticket)
        ticket.caller = caller
        Counters.enter(world, ticket, pool)
      }
    }
    Passage.derive(world, ticket)
    if (!(caller.models?.includes(ticket.ticket.model) ?? true)) {
      ticket.doom = new NotAllowed({ model: ticket.ticket.model })
    }
  }
}

export const apply = (world: World, event: Event, at: number): void => {
  world.now = Math.max(world.now, at)
  const { now } = world
  const server = "url" in event ? world.servers.find((other) => other.server.url === event.url) : undefined
  const ticket = "ticket" in event ? world.tickets.find(({ id }) => id === event.ticket) : undefined
  const lease = "lease" in event ? world.leases.find(({ id }) => id === event.lease) : undefined
  switch (event._tag) {
    case "Arrived":
      return Passage.arrived(world, event.ticket)
    case "Held":
      return Passage.held(world)
    case "Granted":
      return void (ticket?.waiting === true && Passage.granted(world, ticket, event.url))
    case "Ended":
    case "Withdrawn":
      return ticket?.waiting === true ? Passage.ended(world, ticket) : undefined
    case "FirstData":
      return lease === undefined ? undefined : Passage.firstData(world, lease, event.ttft)
    case "Released":
      return Passage.released(world, event)
    case "LoadSampled": {
      const pair = world.pairs.find(({ model, server: of }) => model.model.name === event.model && of === server)
      if (event.load.ttft !== undefined) pair?.figure.engine.push({ at: now, ttft: event.load.ttft })
      return
    }
    case "HealthChecked":
      return server === undefined ? undefined : Health.checked(server, event.health, now)
    case "OrganisationChanged":
      return void world.weights.set(event.organisation.name, event.organisation.weight)
    case "OrganisationRemoved":
      return void world.weights.delete(event.name)
    case "KeyChanged":
      return keyChanged(world, event)
    case "KeyRevoked":
      return doom(world.tickets.filter(({ caller }) => caller.key === event.key), new KeyRevoked())
    case "ServerChanged":
      serverChanged(world, event.server)
      return rebuild(world)
    case "ServerDraining":
      if (server !== undefined) server.drainingSince = event.draining ? server.drainingSince ?? now : undefined
      return
    case "ServerEjected":
      return server === undefined ? undefined : Health.ejectedByHand(server, now)
    case "ServerRestored":
      if (server === undefined) return
      return Health.restoredByHand(server, world.pairs.filter((pair) => pair.server === server), now)
    case "ServerRemoved":
      if (server === undefined) return
      server.removed = true
      if (!world.leases.some(({ pair }) => pair.server === server)) {
        world.servers = world.servers.filter((other) => other !== server)
      }
      return rebuild(world)
    case "ModelChanged": {
      const known = world.models.find(({ model }) => model.name === event.model.name)
      if (known === undefined) {
        const model = { model: event.model, pool: Counters.makePool(), turn: 0, prompts: [], answers: [] }
        world.models.push(model)
      } else known.model = event.model
      return rebuild(world)
    }
    case "ModelRemoved":
      doom(
        world.tickets.filter(({ model }) => model?.model.name === event.name),
        new ModelRemoved({ model: event.name })
      )
      world.models = world.models.filter(({ model }) => model.name !== event.name)
      return rebuild(world)
    case "Stopping":
      world.stopping = true
      return doom(world.tickets.filter(({ waiting }) => waiting), new Stopping())
  }
}
