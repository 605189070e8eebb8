/** Who has waited longest for a model, and what stands in the way on each server that might serve them. */
import { kindOf } from "./Admission.ts"
import type { RoutingMode } from "./Caller.ts"
import type { Obstacle } from "./Obstacle.ts"
import { obstacle } from "./Obstacle.ts"
import { effectivePriority } from "./ServiceOrder.ts"
import type { ModelState, State, TicketState } from "./State.ts"

export interface Longest {
  readonly ticket: string
  readonly key: string
  readonly organisation: string
  /** Base priority. */
  readonly priority: number
  readonly effective: number
  readonly mode: RoutingMode
  readonly arrivedAt: number
  /** When its patience is spent. */
  readonly deadline: number
  readonly requeues: number
  /** How many servers it may use, by configuration; `failed` of them have failed it. */
  readonly servers: number
  readonly failed: number
  /** How many of the others say no, by why. */
  readonly obstacles: ReadonlyArray<readonly [why: Obstacle, servers: number]>
}

const most = 8

const describe = (state: State, model: ModelState, ticket: TicketState, now: number): Longest => {
  const { caller, id } = ticket.ticket
  const { pairs } = ticket.class!
  const obstacles = new Map<Obstacle, number>()
  let failed = 0
  for (const pair of pairs) {
    if (ticket.excluded?.has(pair.host) === true) {
      failed++
      continue
    }
    const why = obstacle(state, model, pair, now, kindOf(state, pair.host, caller.organisation, ticket.priority))
    if (why !== undefined) obstacles.set(why, (obstacles.get(why) ?? 0) + 1)
  }
  return {
    ticket: id,
    key: caller.key,
    organisation: caller.organisation,
    priority: ticket.priority,
    effective: effectivePriority(state.settings, ticket.priority, ticket.arrivedAt, now),
    mode: ticket.mode,
    arrivedAt: ticket.arrivedAt,
    deadline: ticket.deadline,
    requeues: ticket.requeues,
    servers: pairs.length,
    failed,
    obstacles: [...obstacles].toSorted(([, a], [, b]) => b - a)
  }
}

/** Heads of leaves are the oldest of their key and priority. */
export const longest = (state: State, model: ModelState, now: number): ReadonlyArray<Longest> => {
  if (model.waiting === 0) return []
  const heads: Array<TicketState> = []
  for (const { branches } of model.classes.values()) {
    for (const { leaves } of branches) for (const { head } of leaves) heads.push(head!)
  }
  for (const ticket of state.retries) if (ticket.model === model) heads.push(ticket)
  return heads.toSorted((a, b) => a.arrivedAt - b.arrivedAt || a.seq - b.seq).slice(0, most)
    .map((ticket) => describe(state, model, ticket, now))
}
