/** Takes a board from the state: one walk over what waits, one over what runs. */
import { guestLow } from "./Admission.ts"
import type { Board, Group, Holder, ModelBoard, PairBoard, PoolBoard, ServerBoard } from "./Board.ts"
import { longest } from "./Longest.ts"
import type { Obstacle } from "./Obstacle.ts"
import { obstacle } from "./Obstacle.ts"
import { effectivePriority } from "./ServiceOrder.ts"
import { stateOf } from "./Snapshot.ts"
import type { ModelState, Pair, ServerState, State } from "./State.ts"
import { bucketOf } from "./strategy/LeastBusy.ts"
import type { Pool } from "./VirtualService.ts"
import { costOf } from "./VirtualService.ts"

type Mutable<A> = { -readonly [K in keyof A]: A[K] }

/** Counts by organisation and priority. */
class Groups {
  private readonly all = new Map<string, Map<number, Mutable<Group>>>()

  add(organisation: string, priority: number, at: number): void {
    let own = this.all.get(organisation)
    if (own === undefined) this.all.set(organisation, own = new Map())
    const group = own.get(priority)
    if (group === undefined) own.set(priority, { organisation, priority, count: 1, oldest: at })
    else {
      group.count++
      if (at < group.oldest) group.oldest = at
    }
  }

  list(): ReadonlyArray<Group> {
    return Array.from(this.all.values(), (own) => [...own.values()]).flat()
  }
}

const waitingOf = (state: State, model: ModelState, now: number): ReadonlyArray<Group> => {
  const groups = new Groups()
  for (const { branches } of model.classes.values()) {
    for (const { leaves, organisation } of branches) {
      for (const { head, priority } of leaves) {
        for (let ticket = head; ticket !== undefined; ticket = ticket.next) {
          groups.add(
            organisation,
            effectivePriority(state.settings, priority, ticket.arrivedAt, now),
            ticket.arrivedAt
          )
        }
      }
    }
  }
  for (const { arrivedAt, model: of, priority, ticket: { caller } } of state.retries) {
    if (of !== model) continue
    groups.add(caller.organisation, effectivePriority(state.settings, priority, arrivedAt, now), arrivedAt)
  }
  return groups.list()
}

interface Running {
  readonly byModel: Map<ModelState, Groups>
  readonly byServer: Map<ServerState, Map<string, Mutable<Holder>>>
}

const runningOf = (state: State): Running => {
  const byModel: Running["byModel"] = new Map()
  const byServer: Running["byServer"] = new Map()
  for (const { host, record, ticket } of state.leases.values()) {
    const model = ticket.model!
    const { organisation } = record.ticket.caller
    let groups = byModel.get(model)
    if (groups === undefined) byModel.set(model, groups = new Groups())
    groups.add(organisation, record.priority, record.grantedAt)
    let holders = byServer.get(host)
    if (holders === undefined) byServer.set(host, holders = new Map())
    const id = `${organisation}\u0000${model.model.name}`
    const holder = holders.get(id)
    if (holder === undefined) holders.set(id, { organisation, model: model.model.name, count: 1 })
    else holder.count++
  }
  return { byModel, byServer }
}

const modelOf = (state: State, model: ModelState, running: Running, now: number): ModelBoard => ({
  name: model.model.name,
  strategy: model.model.strategy,
  policy: model.model.policy,
  ttftThreshold: model.model.ttftThreshold,
  patience: model.model.patience,
  waiting: waitingOf(state, model, now),
  running: running.byModel.get(model)?.list() ?? [],
  pace: Math.round(model.throughput.perMinute(now)),
  longest: longest(state, model, now)
})

/** What it last was says nothing of a server that takes no work, and would make all others look slow. */
const out: ReadonlySet<Obstacle | undefined> = new Set(["removed", "draining", "ejected", "unknown-model"] as const)

const pairsOfModel = (state: State, model: ModelState, now: number): ReadonlyArray<readonly [Pair, PairBoard]> => {
  const seen = model.pairs.map((pair) =>
    [pair, pair.ttft.figure(now), obstacle(state, model, pair, now, guestLow)] as const
  )
  const best = Math.min(...seen.map(([, ttft, why]) => out.has(why) ? Infinity : ttft ?? Infinity))
  return seen.map(([pair, ttft, why]) => [pair, {
    model: model.model.name,
    ttft,
    bucket: ttft === undefined ? undefined : bucketOf(ttft, Math.min(best, ttft)),
    load: pair.load,
    obstacle: why
  }])
}

const pairsOf = (state: State, now: number): ReadonlyMap<ServerState, ReadonlyArray<PairBoard>> => {
  const byServer = new Map<ServerState, Array<PairBoard>>()
  for (const model of state.models.values()) {
    for (const [pair, board] of pairsOfModel(state, model, now)) {
      const own = byServer.get(pair.host)
      if (own === undefined) byServer.set(pair.host, [board])
      else own.push(board)
    }
  }
  return byServer
}

const serverOf = (
  host: ServerState,
  running: Running,
  pairs: ReadonlyArray<PairBoard>,
  now: number
): ServerBoard => {
  const { ejection, heldOffUntil, server } = host
  return {
    url: server.url,
    kind: server.kind,
    organisation: server.organisation,
    site: server.site,
    maxConcurrent: server.maxConcurrent,
    headroom: server.headroom,
    ownerReserve: server.ownerReserve,
    leases: host.leases,
    guests: host.guests,
    holders: [...running.byServer.get(host)?.values() ?? []],
    state: stateOf(host, now),
    cold: host.cold,
    because: ejection?.because,
    since: host.draining ?? host.downSince,
    ejectedUntil: ejection !== undefined && now < ejection.until ? ejection.until : undefined,
    heldOffUntil: now < heldOffUntil ? heldOffUntil : undefined,
    pairs
  }
}

const poolOf = (state: State, pool: Pool, models: ReadonlyArray<ModelState>): PoolBoard => {
  const backlogged = new Set<string>()
  for (const { classes } of models) {
    for (const { branches } of classes.values()) for (const { organisation } of branches) backlogged.add(organisation)
  }
  return {
    models: models.map(({ model }) => model.name),
    shares: Array.from(pool.accounts.values(), ({ active, name, service }) => ({
      organisation: name,
      weight: state.weights.get(name) ?? 1,
      active,
      backlogged: backlogged.has(name),
      ahead: Math.max(0, costOf(service - pool.floor))
    }))
  }
}

export const board = (state: State, at: number): Board => {
  const now = Math.max(at, state.now)
  const running = runningOf(state)
  const pairs = pairsOf(state, now)
  const pools = Map.groupBy(state.models.values(), ({ pool }) => pool)
  return {
    at: now,
    models: Array.from(state.models.values(), (model) => modelOf(state, model, running, now)),
    servers: Array.from(state.servers.values(), (host) => serverOf(host, running, pairs.get(host) ?? [], now)),
    pools: Array.from(pools, ([pool, models]) => poolOf(state, pool, models))
  }
}
