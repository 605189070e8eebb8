/** Why a request was where it was: all that its caller may know of its way through the queue. */
import { kindOf } from "./Admission.ts"
import type { RoutingMode } from "./Caller.ts"
import type { Attempt, Ending } from "./Journal.ts"
import type { Obstacle } from "./Obstacle.ts"
import { obstacle } from "./Obstacle.ts"
import type { Overtaking } from "./Overtaking.ts"
import { overtakings } from "./Overtaking.ts"
import { effectivePriority } from "./ServiceOrder.ts"
import type { State, TicketState } from "./State.ts"
import type { Standing } from "./VirtualService.ts"
import { standingOf } from "./VirtualService.ts"

export interface Explanation {
  readonly ticket: string
  readonly model: string
  readonly state: "waiting" | "in-flight" | Ending
  /** Why it was refused, evicted or failed. */
  readonly reason: string | undefined
  readonly arrivedAt: number
  readonly endedAt: number | undefined
  /** Base; and with ageing, now or when it was last served. */
  readonly priority: number
  readonly effective: number
  readonly mode: RoutingMode
  /** Milliseconds, over all its waits. */
  readonly waited: number
  readonly requeues: number
  readonly attempts: ReadonlyArray<Attempt>
  /** Virtual service, now or when it was last served; undefined for one that never waited. */
  readonly standing: Standing | undefined
  readonly overtakenBy: ReadonlyArray<Overtaking>
  /** Of one that waits: why the servers that it may use do not take it, and how many say so. */
  readonly obstacles: ReadonlyArray<readonly [why: Obstacle, servers: number]>
}

const obstaclesTo = (state: State, ticket: TicketState, now: number): Explanation["obstacles"] => {
  const found = new Map<Obstacle, number>()
  for (const pair of ticket.class!.pairs) {
    const { organisation } = ticket.ticket.caller
    if (ticket.excluded?.has(pair.host) === true) continue
    const why = obstacle(state, ticket.model!, pair, now, kindOf(state, pair.host, organisation, ticket.priority))
    if (why !== undefined) found.set(why, (found.get(why) ?? 0) + 1)
  }
  return [...found].toSorted(([, a], [, b]) => b - a)
}

/** In an order that tells of nobody who they are. */
const anonymous = (standing: Standing | undefined): Standing | undefined =>
  standing === undefined ? undefined : { own: standing.own, others: standing.others.toSorted((a, b) => a - b) }

/** Undefined where there was none of that name in the organisation, or too long ago. */
export const explain = (
  state: State,
  organisation: string,
  request: string,
  at: number
): Explanation | undefined => {
  const now = Math.max(at, state.now)
  const ticket = state.journal.find(state.tickets.values(), organisation, request, now)
  if (ticket === undefined) return undefined
  const { attempts = [], ended, waiting } = ticket
  const last = attempts.at(-1)
  const until = waiting ? now : last?.lease.grantedAt ?? ended?.at ?? now
  return {
    ticket: ticket.ticket.id,
    model: ticket.ticket.model,
    state: ended?.ending ?? (ticket.lease === undefined ? "waiting" : "in-flight"),
    reason: ended?.reason,
    arrivedAt: ticket.arrivedAt,
    endedAt: ended?.at,
    priority: ticket.priority,
    effective: effectivePriority(state.settings, ticket.priority, ticket.arrivedAt, until),
    mode: ticket.mode,
    waited: ticket.waited + (waiting ? now - ticket.waitingSince : 0),
    requeues: ticket.requeues,
    attempts,
    standing: anonymous(waiting ? standingOf(ticket.model!.pool, ticket.account!.organisation) : last?.standing),
    overtakenBy: overtakings(state, ticket, until),
    obstacles: waiting ? obstaclesTo(state, ticket, now) : []
  }
}
