/** A board as the rows of the live page, each as JSON, so that two of them are compared as texts. */
import type { Board, Group, ModelBoard, PairBoard, PoolBoard, ServerBoard } from "@aiguilleur/core/Board"
import type { Losses, ModelRow, PairRow, PoolRow, ServerRow } from "@aiguilleur/web/dashboard/wire/Live"
import type { Due } from "./ShareLedger.ts"

/** What the rows say beyond the board. */
export interface Beside {
  readonly nameOf: (key: string) => string | undefined
  readonly losses: (model: string) => ReadonlyArray<Losses>
  readonly slowSince: (server: string, model: string) => number | undefined
  /** By organisation, over so many minutes. */
  readonly dues: (minutes: number, pool: string) => ReadonlyMap<string, Due>
}

export type Kind = "models" | "servers" | "pools"
export type Rows = Readonly<Record<Kind, ReadonlyMap<string, string>>>

const group = ({ count, oldest, organisation, priority }: Group) => [organisation, priority, count, oldest] as const

const modelRow = (model: ModelBoard, { losses, nameOf }: Beside): ModelRow => ({
  strategy: model.strategy,
  policy: model.policy,
  ttftThreshold: model.ttftThreshold,
  patience: model.patience,
  waiting: model.waiting.map(group),
  running: model.running.map(group),
  pace: model.pace,
  longest: model.longest.map((one) => ({ ...one, key: nameOf(one.key) ?? one.key })),
  losses: losses(model.name)
})

const tenths = (value: number): number => Math.round(value * 10) / 10

// Fields that are undefined are left out of the JSON.
const pairRow = ({ bucket, load, model, obstacle, ttft }: PairBoard, url: string, { slowSince }: Beside) =>
  ({
    model,
    ttft: ttft === undefined ? undefined : tenths(ttft),
    bucket,
    obstacle,
    slowSince: slowSince(url, model),
    load: load === undefined
      ? undefined
      : { running: load.running, waiting: load.waiting, kvCache: load.kvCache, loaded: load.loaded }
  }) as PairRow

const serverRow = (server: ServerBoard, beside: Beside) =>
  ({
    kind: server.kind,
    organisation: server.organisation,
    site: server.site,
    maxConcurrent: server.maxConcurrent,
    headroom: server.headroom,
    ownerReserve: server.ownerReserve,
    leases: server.leases,
    holders: server.holders.map(({ count, model, organisation }) => [organisation, model, count]),
    state: server.state,
    cold: server.cold,
    because: server.because,
    since: server.since,
    ejectedUntil: server.ejectedUntil === Infinity ? undefined : server.ejectedUntil,
    heldOffUntil: server.heldOffUntil,
    pairs: server.pairs.map((pair) => pairRow(pair, server.url, beside))
  }) as ServerRow

/** Named by the first of its models: it keeps that name while nothing is reconfigured. */
const nameOf = ({ models }: PoolBoard): string => models[0] ?? ""

const poolRow = (pool: PoolBoard, { dues }: Beside): PoolRow => {
  const [recent, hour] = [dues(5, nameOf(pool)), dues(60, nameOf(pool))]
  const shares = new Map(pool.shares.map((share) => [share.organisation, share]))
  const tokens = (due: Due | undefined) => [Math.round(due?.served ?? 0), Math.round(due?.entitled ?? 0)] as const
  // Those who had something within the hour are still there after the dispatcher has forgotten them.
  const names = new Set([...shares.keys(), ...hour.keys()])
  return {
    models: pool.models,
    shares: Array.from(names, (organisation) => ({
      ...shares.get(organisation) ?? { organisation, weight: 1, active: 0, backlogged: false, ahead: 0 },
      recent: tokens(recent.get(organisation)),
      hour: tokens(hour.get(organisation))
    }))
  }
}

export const rowsOf = ({ models, pools, servers }: Board, beside: Beside): Rows => ({
  models: new Map(models.map((model) => [model.name, JSON.stringify(modelRow(model, beside))])),
  servers: new Map(servers.map((server) => [server.url, JSON.stringify(serverRow(server, beside))])),
  pools: new Map(pools.map((pool) => [nameOf(pool), JSON.stringify(poolRow(pool, beside))]))
})
