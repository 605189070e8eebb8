/**
 * Law 6: two organisations that have work waiting all the time, alike in all but their names, get service by weight. Kept
 * as an account of its own, from the estimates and costs that the reference knows; the core's counters are not asked.
 */
import * as Estimate from "../reference/Estimate.ts"
import type { LeaseRecord, PoolRecord, TicketRecord, World } from "../reference/Records.ts"
import * as Rules from "../reference/Rules.ts"

/** How far `a` is ahead of `b`, in cost divided by weight, since both have been backlogged. */
interface Contest {
  readonly a: string
  readonly b: string
  readonly pool: PoolRecord
  lead: number
  /**
   * How far each may be ahead: as far as its last grant took it, which it had by not being ahead, and by what estimates
   * that were in flight then have turned out to be wrong. Both together are no more than DESIGN's bound.
   */
  readonly allowed: Map<string, number>
  /** Leases whose error may still show, by the organisation whose last grant they were in flight at. */
  readonly open: Map<string, Set<LeaseRecord>>
}

interface Backlog {
  /** All that the order of two tickets depends on besides whose they are, and all that servers look at. */
  readonly kind: string
  readonly uniform: boolean
}

const kindOf = (world: World, ticket: TicketRecord, now: number): string => {
  const { bestPriority } = world.settings
  const pairs = Rules.pairsOf(world, ticket).filter((pair) => Rules.configured(ticket, pair))
  const { organisation } = ticket.caller
  const servers = pairs.map(({ server: { ordinal, server } }) =>
    // Who owns a server matters where slots are reserved, or where private ones are preferred.
    server.ownerReserve > 0 || ticket.mode === "private-first"
      ? `${ordinal}${server.organisation === organisation}`
      : ordinal
  )
  return [
    ticket.model?.model.name,
    Rules.effective(world, ticket, now),
    ticket.priority >= bestPriority - 1,
    Array.from(ticket.excluded, ({ ordinal }) => ordinal).toSorted().join(),
    servers.join()
  ].join("/")
}

const backlogs = (world: World, now: number): ReadonlyMap<string, Backlog> => {
  const found = new Map<string, Backlog>()
  for (const ticket of world.tickets) {
    if (!ticket.waiting || ticket.doom !== undefined) continue
    const { organisation } = ticket.caller
    const kind = kindOf(world, ticket, now)
    const known = found.get(organisation)
    if (known === undefined) found.set(organisation, { kind, uniform: true })
    else if (known.kind !== kind) found.set(organisation, { kind, uniform: false })
  }
  return found
}

export class Fairness {
  private readonly contests = new Map<string, Contest>()

  /** A reload makes another consortium: what was before says nothing. */
  reset(): void {
    this.contests.clear()
  }

  /** Before every decision, and when there is nothing more to decide. */
  observe(world: World, now: number): void {
    const waiting = backlogs(world, now)
    for (const [id, { a, b }] of this.contests) if (!isContest(waiting, a, b)) this.contests.delete(id)
    const names = [...waiting.keys()].toSorted()
    for (const a of names) {
      for (const b of names) {
        const id = `${a}/${b}`
        if (a < b && !this.contests.has(id) && isContest(waiting, a, b)) this.contests.set(id, begin(world, a, b))
      }
    }
  }

  granted(world: World, lease: LeaseRecord): void {
    const amount = Estimate.total(lease.estimate) / lease.weight
    for (const contest of this.concerned(lease)) {
      contest.lead += lease.organisation === contest.a ? amount : -amount
      contest.allowed.set(lease.organisation, amount)
      contest.open.set(lease.organisation, inFlight(world, contest))
    }
  }

  /** `cost` is what the lease was settled with. */
  settled(lease: LeaseRecord, cost: number): void {
    const error = (cost - Estimate.total(lease.estimate)) / lease.weight
    for (const contest of this.concerned(lease)) {
      contest.lead += lease.organisation === contest.a ? error : -error
      for (const [ahead, open] of contest.open) {
        if (open.has(lease)) contest.allowed.set(ahead, contest.allowed.get(ahead)! + Math.abs(error))
      }
    }
  }

  fault(): string | undefined {
    for (const { a, allowed, b, lead } of this.contests.values()) {
      const [ahead, behind] = lead > 0 ? [a, b] : [b, a]
      const most = allowed.get(ahead)!
      if (Math.abs(lead) > most + rounding) {
        return `law 6: ${ahead} is ${Math.round(Math.abs(lead))} ahead of ${behind}, ${Math.round(most)} is allowed`
      }
    }
    return undefined
  }

  private concerned({ organisation, ticket }: LeaseRecord): ReadonlyArray<Contest> {
    return [...this.contests.values()].filter(({ a, b, pool }) =>
      (a === organisation || b === organisation) && ticket.pool === pool
    )
  }
}

/** Of the counters, which are integers. */
const rounding = 0.01

const isContest = (waiting: ReadonlyMap<string, Backlog>, a: string, b: string): boolean => {
  const [own, other] = [waiting.get(a), waiting.get(b)]
  return own !== undefined && other !== undefined && own.uniform && other.uniform && own.kind === other.kind
}

const inFlight = (world: World, { a, b, pool }: Pick<Contest, "a" | "b" | "pool">): Set<LeaseRecord> =>
  new Set(
    world.leases.filter(({ organisation, ticket }) =>
      (organisation === a || organisation === b) && ticket.pool === pool
    )
  )

/** Who is ahead at the beginning stays so until the other has caught up. */
const begin = (world: World, a: string, b: string): Contest => {
  const { pool } = world.tickets.find(({ caller, doom, waiting }) =>
    waiting && doom === undefined && caller.organisation === a
  )!
  const lead = (pool!.counters.get(a)! - pool!.counters.get(b)!) / 1_000_000
  const open = () => inFlight(world, { a, b, pool: pool! })
  return {
    a,
    b,
    pool: pool!,
    lead,
    allowed: new Map([[a, Math.max(0, lead)], [b, Math.max(0, -lead)]]),
    open: new Map([[a, open()], [b, open()]])
  }
}
