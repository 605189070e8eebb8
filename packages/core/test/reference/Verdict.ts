/** What the next decision may be: every ticket that must end, else the first ticket of each pool that is admitted. */
import { isUp, outSince } from "./Health.ts"
import type { PairRecord, TicketRecord, World } from "./Records.ts"
import * as Rules from "./Rules.ts"

export interface Verdict {
  /** By ticket id, the tags of the reasons that hold. */
  readonly ends: ReadonlyMap<string, ReadonlyArray<string>>
  /** By ticket id, the server; empty while somebody must end. Pools share no server, so their order is free. */
  readonly assigns: ReadonlyMap<string, string>
}

export const totalEnd = ({ settings }: World, { firstGrantedAt }: TicketRecord): number =>
  firstGrantedAt === undefined ? Infinity : firstGrantedAt + settings.total

export const patienceEnd = ({ model, ticket, waited, waitingSince }: TicketRecord): number =>
  waitingSince - waited + Math.min(ticket.maxWait ?? Infinity, model!.model.patience)

const reasonsOf = (world: World, ticket: TicketRecord, now: number): ReadonlyArray<string> => {
  const reasons: Array<string> = ticket.doom === undefined ? [] : [ticket.doom._tag]
  if (ticket.model === undefined || ticket.pool === undefined) return reasons
  if (!ticket.fresh && totalEnd(world, ticket) <= now) reasons.push("TotalSpent")
  if (!ticket.fresh && patienceEnd(ticket) <= now) reasons.push("PatienceSpent")
  const configured = Rules.pairsOf(world, ticket).filter((pair) => Rules.configured(ticket, pair))
  const usable = configured.filter(({ server }) => !ticket.excluded.has(server))
  if (configured.length === 0) reasons.push("NoServer")
  // With servers that failed it and have left since, both are true.
  if (usable.length === 0 && ticket.excluded.size > 0) reasons.push("AttemptsExhausted")
  if (usable.length > 0 && !usable.some((pair) => isUp(pair, now))) {
    const since = Math.max(ticket.arrivedAt, ...usable.map((pair) => outSince(pair, now)))
    if (since + world.settings.grace <= now) reasons.push("NoServerUp")
  }
  return reasons
}

const roundRobin = (candidates: ReadonlyArray<PairRecord>, turn: number): PairRecord => {
  const ring = candidates.toSorted((a, b) => a.server.ordinal - b.server.ordinal)
  return ring.find(({ server }) => server.ordinal > turn) ?? ring[0]!
}

const leastBusy = (world: World, candidates: ReadonlyArray<PairRecord>, now: number, roll: number): PairRecord => {
  const ttfts = candidates.map((pair) => Rules.figure(world, pair, now))
  const best = Math.min(...ttfts.filter((ttft) => ttft !== undefined).map((ttft) => Math.max(1, ttft)))
  // The best bucket reaches from the best figure to 1.5 times it; the unknown tie with it (docs/decisions/0004).
  const near = candidates.filter((_, at) => Math.max(1, ttfts[at] ?? 0) < 1.5 * best)
  const occupancy = ({ server }: PairRecord) =>
    world.leases.filter((lease) => lease.pair.server === server).length / server.server.maxConcurrent
  const least = Math.min(...near.map(occupancy))
  const ties = near.filter((pair) => occupancy(pair) === least)
  return ties[Math.floor(roll * ties.length)]!
}

export const choose = (world: World, ticket: TicketRecord, now: number, roll: number): PairRecord => {
  const admitting = Rules.pairsOf(world, ticket).filter((pair) => Rules.admits(world, pair, ticket, now))
  const own = admitting.filter(({ server }) => server.server.organisation === ticket.caller.organisation)
  const candidates = ticket.mode === "private-first" && own.length > 0 ? own : admitting
  const { model, turn } = ticket.model!
  return model.strategy === "round-robin" ? roundRobin(candidates, turn) : leastBusy(world, candidates, now, roll)
}

export const verdict = (world: World, at: number, roll: number): Verdict => {
  const now = Math.max(world.now, at)
  const ends = new Map<string, ReadonlyArray<string>>()
  for (const ticket of world.tickets) {
    if (!ticket.waiting) continue
    const reasons = reasonsOf(world, ticket, now)
    if (reasons.length > 0) ends.set(ticket.id, reasons)
  }
  const assigns = new Map<string, string>()
  if (ends.size > 0) return { ends, assigns }
  const served = new Set<unknown>()
  for (const ticket of Rules.waiting(world, now)) {
    if (served.has(ticket.pool)) continue
    if (!Rules.pairsOf(world, ticket).some((pair) => Rules.admits(world, pair, ticket, now))) continue
    served.add(ticket.pool)
    assigns.set(ticket.id, choose(world, ticket, now, roll).server.server.url)
  }
  return { ends, assigns }
}
