/** DESIGN §3.6 as predicates over the reference's world: each says what is wrong, or nothing. */
import type { TicketRecord, World } from "../reference/Records.ts"
import * as Rules from "../reference/Rules.ts"
import * as Verdict from "../reference/Verdict.ts"

/** Asked just before the grant is applied. */
export const ofGrant = (world: World, ticket: TicketRecord, url: string): string | undefined => {
  const { now } = world
  const pair = Rules.pairsOf(world, ticket).find(({ server }) => server.server.url === url)
  if (pair === undefined) return `law 5: ${ticket.id} is granted ${url}, which does not serve its model`
  if (!Rules.eligible(ticket, pair, now)) return `law 5: ${ticket.id} is granted ${url}, which it may not use`
  if (pair.model.model.policy !== "none" && !Rules.hasSlot(world, ticket, pair, now)) {
    return `law 2: ${ticket.id} is granted ${url}, which has no slot for it`
  }
  const first = Rules.waiting(world, now).find((other) =>
    Rules.admits(world, pairFor(world, other, url) ?? pair, other, now)
  )
  if (first !== ticket) return `law 3: ${ticket.id} is granted ${url} before ${first?.id}`
  const elder = world.tickets.find((other) =>
    other.waiting && other.doom === undefined && other !== ticket && other.caller.key === ticket.caller.key &&
    other.arrivedAt < ticket.arrivedAt && Rules.effective(world, other, now) === world.settings.bestPriority &&
    other.caller.organisation === ticket.caller.organisation && pairFor(world, other, url) !== undefined &&
    Rules.admits(world, pairFor(world, other, url)!, other, now)
  )
  return elder === undefined ? undefined : `law 7: ${ticket.id} precedes ${elder.id} of the same key, fully aged`
}

const pairFor = (world: World, ticket: TicketRecord, url: string) =>
  Rules.pairsOf(world, ticket).find(({ server }) => server.server.url === url)

/** Asked when the core holds. */
export const ofQuiescence = (world: World, at: number): string | undefined => {
  const now = Math.max(world.now, at)
  for (const ticket of Rules.waiting(world, now)) {
    const taker = Rules.pairsOf(world, ticket).find((pair) => Rules.admits(world, pair, ticket, now))
    if (taker !== undefined) return `law 4: ${ticket.id} waits though ${taker.server.server.url} would take it`
    if (!ticket.fresh && Verdict.patienceEnd(ticket) <= now) return `law 7: ${ticket.id} waits beyond its patience`
  }
  return undefined
}
