/** Virtual service on two levels, with V recomputed from all living tickets whenever somebody comes or goes. */
import type { ModelRecord, PoolRecord, TicketRecord, World } from "./Records.ts"

const top = ""

export const makePool = (): PoolRecord => ({ counters: new Map(), floors: new Map() })

const nameOf = (organisation: string, key: string): string => `${organisation}/${key}`

export const serviceOf = ({ caller, pool }: TicketRecord): readonly [number, number] => [
  pool!.counters.get(caller.organisation)!,
  pool!.counters.get(nameOf(caller.organisation, caller.key))!
]

export const charge = (
  pool: PoolRecord,
  organisation: string,
  key: string,
  cost: number,
  weight: number,
  sign: 1 | -1
) => {
  const add = (name: string, amount: number) => pool.counters.set(name, (pool.counters.get(name) ?? 0) + sign * amount)
  add(organisation, Math.round((1_000_000 * cost) / weight))
  add(nameOf(organisation, key), Math.round(1_000_000 * cost))
}

const raise = (pool: PoolRecord, level: string, members: ReadonlyArray<string>): number => {
  const least = Math.min(...members.map((name) => pool.counters.get(name)!))
  const floor = Math.max(pool.floors.get(level) ?? 0, Number.isFinite(least) ? least : 0)
  pool.floors.set(level, floor)
  return floor
}

/** V of every level of a pool, brought up to the least counter among the active. */
const raiseAll = (world: World, pool: PoolRecord): void => {
  const active = world.tickets.filter((ticket) => ticket.pool === pool)
  raise(pool, top, active.map(({ caller }) => caller.organisation))
  for (const { caller: { organisation } } of active) {
    const own = active.filter(({ caller }) => caller.organisation === organisation)
    raise(pool, organisation, own.map(({ caller }) => nameOf(organisation, caller.key)))
  }
}

/** Before the ticket counts: whoever was idle is lifted to V. */
export const enter = (world: World, ticket: TicketRecord, pool: PoolRecord): void => {
  const { key, organisation } = ticket.caller
  const active = world.tickets.filter((other) => other.pool === pool)
  const lift = (level: string, name: string, members: ReadonlyArray<string>): void => {
    if (members.includes(name)) return
    const floor = raise(pool, level, members)
    pool.counters.set(name, Math.max(pool.counters.get(name) ?? floor, floor))
  }
  lift(top, organisation, active.map(({ caller }) => caller.organisation))
  const siblings = active.filter(({ caller }) => caller.organisation === organisation)
  lift(organisation, nameOf(organisation, key), siblings.map(({ caller }) => nameOf(organisation, caller.key)))
  ticket.pool = pool
}

/** While the ticket still counts: the last of its name leaves V up to date. */
export const leave = (world: World, ticket: TicketRecord): void => {
  const pool = ticket.pool!
  const { key, organisation } = ticket.caller
  const active = world.tickets.filter((other) => other.pool === pool)
  const siblings = active.filter(({ caller }) => caller.organisation === organisation)
  if (siblings.filter(({ caller }) => caller.key === key).length === 1) {
    raise(pool, organisation, siblings.map(({ caller }) => nameOf(organisation, caller.key)))
  }
  if (siblings.length === 1) raise(pool, top, active.map(({ caller }) => caller.organisation))
  ticket.pool = undefined
}

/** What is worth remembering of a pool, as distances to V: an idle counter at or below V would be lifted to it anyway. */
export const distances = (world: World, pool: PoolRecord): ReadonlyArray<readonly [string, number]> => {
  raiseAll(world, pool)
  const active = world.tickets.filter((ticket) => ticket.pool === pool).flatMap(({ caller: { key, organisation } }) => [
    organisation,
    nameOf(organisation, key)
  ])
  return [...pool.counters].map(([name, service]) => {
    const level = name.includes("/") ? name.slice(0, name.indexOf("/")) : top
    return [name, service - (pool.floors.get(level) ?? 0)] as const
  }).filter(([name, distance]) => distance > 0 || active.includes(name))
}

/** The larger distance stays where two meet. */
export const join = (
  world: World,
  kept: ReadonlyArray<readonly [string, number]>,
  models: ReadonlyArray<ModelRecord>
): void => {
  const pool = makePool()
  for (const [name, distance] of kept) {
    pool.counters.set(name, Math.max(pool.counters.get(name) ?? -Infinity, distance))
  }
  for (const model of models) {
    model.pool = pool
    for (const ticket of world.tickets) {
      if (ticket.model === model && ticket.pool !== undefined) ticket.pool = pool
    }
  }
}
