/** Which servers serve which classes, and which models compete for the same slots, after the fleet has changed. */
import { eligible } from "../Admission.ts"
import { prune } from "../PriorityQueue.ts"
import type { ModelState, State } from "../State.ts"
import { TtftWindow } from "../TtftWindow.ts"
import type { Account, Level, Pool } from "../VirtualService.ts"
import { accountOf, makeLevel, ownerOf, refresh } from "../VirtualService.ts"

/** Brings pairs, classes and pools in line with the servers and models that there are. */
export const rebuild = (state: State): void => {
  // Retried tickets wait outside the leaves of their class.
  const retried = new Set(Array.from(state.retries, (ticket) => ticket.class))
  for (const model of state.models.values()) {
    linkPairs(state, model)
    for (const room of model.classes.values()) {
      if (room.branches.length === 0 && !retried.has(room)) {
        model.classes.delete(room.id)
        continue
      }
      prune(room)
      room.pairs = eligible(model.pairs, room)
      room.hosts = new Set(room.pairs.map(({ host }) => host))
    }
    model.frontier.refit(model.pairs.length)
    model.stranded = [...model.classes.values()].filter(({ pairs }) => pairs.length === 0)
  }
  rebuildPools(state)
}

/** A pair outlives every change that keeps both its ends, with what was measured of it. */
const linkPairs = (state: State, model: ModelState): void => {
  const known = new Map(model.pairs.map((pair) => [pair.host, pair]))
  for (const host of known.keys()) host.pairs.delete(model)
  model.pairs = model.model.servers.flatMap((url) => {
    const host = state.servers.get(url)
    if (host === undefined || host.removed) return []
    return known.get(host) ?? {
      host,
      place: 0,
      ttft: new TtftWindow(state.settings.ttftWindow),
      load: undefined,
      unknownUntil: 0,
      unknownSince: undefined
    }
  })
  for (const [place, pair] of model.pairs.entries()) {
    pair.place = place
    pair.host.pairs.set(model, pair)
  }
}

/** Groups of models connected by shared servers. */
const components = (state: State): Array<Array<ModelState>> => {
  const groups: Array<{ models: Array<ModelState>; urls: Set<string> }> = []
  for (const model of state.models.values()) {
    const merged = { models: [model], urls: new Set(model.pairs.map(({ host }) => host.server.url)) }
    for (let at = groups.length - 1; at >= 0; at--) {
      const group = groups[at]!
      if (merged.urls.isDisjointFrom(group.urls)) continue
      merged.models.unshift(...group.models)
      for (const url of group.urls) merged.urls.add(url)
      groups.splice(at, 1)
    }
    groups.push(merged)
  }
  return groups.map(({ models }) => models)
}

const rebuildPools = (state: State): void => {
  const groups = components(state)
  const users = new Map<Pool, number>()
  for (const models of groups) {
    for (const pool of new Set(models.map(({ pool }) => pool))) users.set(pool, (users.get(pool) ?? 0) + 1)
  }
  for (const models of groups) {
    const pools = new Set(models.map(({ pool }) => pool))
    if (pools.size === 1 && users.get(models[0]!.pool) === 1) continue
    const pool = joined(pools)
    for (const model of models) adopt(state, model, pool)
  }
}

/** Each counter keeps its distance to V; where two meet, the larger one stays. */
const joined = (pools: Iterable<Pool>): Pool => {
  const pool: Pool = makeLevel()
  for (const old of pools) {
    refresh(old)
    keepDistances(old, (name) => pool.accounts.has(name), (name) => ownerOf(pool, name))
  }
  for (const old of pools) {
    for (const { keys, name } of old.accounts.values()) {
      const isKnown = (key: string) => pool.accounts.get(name)?.keys.accounts.has(key) === true
      keepDistances(keys, isKnown, (key) => accountOf(pool, name, key))
    }
  }
  return pool
}

const keepDistances = <A extends Account>(
  { accounts, floor }: Level<A>,
  isKnown: (id: string) => boolean,
  take: (id: string) => Account
): void => {
  for (const [id, { active, service }] of accounts) {
    const distance = service - floor
    // It would be lifted to V anyway.
    if (active === 0 && distance <= 0) continue
    const known = isKnown(id)
    const own = take(id)
    own.service = known ? Math.max(own.service, distance) : distance
  }
}

/** Moves a model, with its branches and all its living tickets, to another pool. */
const adopt = (state: State, model: ModelState, pool: Pool): void => {
  model.pool = pool
  for (const ticket of state.tickets.values()) {
    if (ticket.model !== model || ticket.account === undefined) continue
    ticket.account = accountOf(pool, ticket.account.organisation.name, ticket.account.key)
    ticket.account.active++
    ticket.account.organisation.active++
    if (ticket.leaf === undefined) continue
    ticket.leaf.account = ticket.account
    model.frontier.move(ticket.leaf.branch, ticket.account.organisation)
  }
}
