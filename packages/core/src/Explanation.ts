/** Why a request was where it was: all that its caller may know of its way through the queue. */
import { kindOf } from "./Admission.ts"
import type { RoutingMode } from "./Caller.ts"
import type { Attempt, Ending } from "./Journey.ts"
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
  const found = state.journal.find(state.tickets, organisation, request, now)
  if (found === undefined) return undefined
  const { alive, journey } = found
  const { arrivedAt, attempts, ended, mode, model, priority, requeues, ticket } = journey
  const last = attempts.at(-1)
  const waiting = alive?.waiting === true ? alive : undefined
  const until = waiting !== undefined ? now : last?.lease.grantedAt ?? ended?.at ?? now
  return {
    ticket,
    model,
    state: ended?.ending ?? (alive?.lease === undefined ? "waiting" : "in-flight"),
    reason: ended?.reason,
    arrivedAt,
    endedAt: ended?.at,
    priority,
    effective: effectivePriority(state.settings, priority, arrivedAt, until),
    mode,
    waited: journey.waited + (waiting === undefined ? 0 : now - waiting.waitingSince),
    requeues,
    attempts,
    standing: anonymous(
      waiting === undefined ? last?.standing : standingOf(waiting.model!.pool, waiting.account!.organisation)
    ),
    overtakenBy: overtakings(state, journey, waiting === undefined ? last?.lease.id : undefined, until),
    obstacles: waiting === undefined ? [] : obstaclesTo(state, waiting, now)
  }
}
