/** DESIGN §3.6 as predicates over the reference's world: each says what is wrong, or nothing. */
import type { TicketRecord, World } from "../reference/Records.ts"
import * as Rules from "../reference/Rules.ts"
import * as Verdict from "../reference/Verdict.ts"

/** Asked just before the grant is applied. */
export const ofGrant = (world: World, ticket: TicketRecord, url: string): ReadonlyArray<string> => {
  const { now } = world
  const pair = pairFor(world, ticket, url)
  if (pair === undefined) return [`law 5: ${ticket.id} is granted ${url}, which does not serve its model`]
  const faults: Array<string> = []
  if (!Rules.eligible(ticket, pair, now)) faults.push(`law 5: ${ticket.id} is granted ${url}, which it may not use`)
  if (pair.model.model.policy !== "none" && !Rules.hasSlot(world, ticket, pair, now)) {
    faults.push(`law 2: ${ticket.id} is granted ${url}, which has no slot for it`)
  }
  const admitted = (other: TicketRecord): boolean => {
    const own = pairFor(world, other, url)
    return own !== undefined && Rules.admits(world, own, other, now)
  }
  const first = Rules.waiting(world, now).find(admitted)
  if (first !== ticket) faults.push(`law 3: ${ticket.id} is granted ${url} before ${first?.id}`)
  const elder = world.tickets.find((other) =>
    other !== ticket && other.waiting && other.doom === undefined && other.caller.key === ticket.caller.key &&
    other.caller.organisation === ticket.caller.organisation && other.arrivedAt < ticket.arrivedAt &&
    Rules.effective(world, other, now) === world.settings.bestPriority && admitted(other)
  )
  if (elder !== undefined) faults.push(`law 7: ${ticket.id} precedes ${elder.id} of the same key, fully aged`)
  return faults
}

const pairFor = (world: World, ticket: TicketRecord, url: string) =>
  Rules.pairsOf(world, ticket).find(({ server }) => server.server.url === url)

/** Asked when the core holds. */
export const ofQuiescence = (world: World, at: number): ReadonlyArray<string> => {
  const now = Math.max(world.now, at)
  const faults: Array<string> = []
  for (const ticket of Rules.waiting(world, now)) {
    const taker = Rules.pairsOf(world, ticket).find((pair) => Rules.admits(world, pair, ticket, now))
    if (taker !== undefined) faults.push(`law 4: ${ticket.id} waits though ${taker.server.server.url} would take it`)
    if (!ticket.fresh && Verdict.patienceEnd(ticket) <= now) {
      faults.push(`law 7: ${ticket.id} waits beyond its patience`)
    }
  }
  return faults
}
