/** A copy of what the dispatcher knows, for pages, readiness and tests. */
import { isHalfOpen, isUp } from "./Admission.ts"
import { size } from "./PriorityQueue.ts"
import { effectivePriority } from "./ServiceOrder.ts"
import type { ModelState, ServerState, State } from "./State.ts"
import type { Basis } from "./Work.ts"

export interface ServerSnapshot {
  readonly url: string
  readonly kind: string
  readonly organisation: string
  readonly site: string
  readonly leases: number
  /** Of these, those held by other organisations than the owner. */
  readonly guests: number
  readonly maxConcurrent: number
  readonly state: "up" | "half-open" | "ejected" | "draining"
  /** Nothing has ever come from it, so it gets one request at a time. */
  readonly cold: boolean
  /** Epoch milliseconds. */
  readonly ejectedUntil: number | undefined
  readonly heldOffUntil: number | undefined
}

export interface ModelSnapshot {
  readonly name: string
  readonly strategy: string
  readonly policy: string
  readonly waiting: number
  /** Leases settled so far, by what their cost rests on; and reports of engines that cannot be meant. */
  readonly settled: Readonly<Record<Basis | "absurd", number>>
  /** By effective priority, from 0 to `bestPriority`. */
  readonly waitingByPriority: ReadonlyArray<number>
  /** `ttft`: p95 in milliseconds. */
  readonly servers: ReadonlyArray<{ readonly url: string; readonly ttft: number | undefined; readonly up: boolean }>
}

export interface Snapshot {
  readonly at: number
  readonly waiting: number
  readonly leases: number
  readonly models: ReadonlyArray<ModelSnapshot>
  readonly servers: ReadonlyArray<ServerSnapshot>
}

export const stateOf = (host: ServerState, now: number): ServerSnapshot["state"] => {
  if (host.draining !== undefined || host.removed) return "draining"
  if (host.ejection === undefined) return "up"
  return isHalfOpen(host, now) ? "half-open" : "ejected"
}

const serverOf = (host: ServerState, now: number): ServerSnapshot => ({
  url: host.server.url,
  kind: host.server.kind,
  organisation: host.server.organisation,
  site: host.server.site,
  leases: host.leases,
  guests: host.guests,
  maxConcurrent: host.server.maxConcurrent,
  state: stateOf(host, now),
  cold: host.cold,
  ejectedUntil: host.ejection !== undefined && now < host.ejection.until ? host.ejection.until : undefined,
  heldOffUntil: now < host.heldOffUntil ? host.heldOffUntil : undefined
})

const modelOf = (state: State, model: ModelState, now: number): ModelSnapshot => {
  const waitingByPriority = Array.from({ length: state.settings.bestPriority + 1 }, () => 0)
  for (const { branches } of model.classes.values()) {
    for (const { head, priority } of branches.flatMap(({ leaves }) => leaves)) {
      for (let ticket = head; ticket !== undefined; ticket = ticket.next) {
        waitingByPriority[effectivePriority(state.settings, priority, ticket.arrivedAt, now)]!++
      }
    }
  }
  for (const ticket of state.retries) {
    if (ticket.model !== model) continue
    waitingByPriority[effectivePriority(state.settings, ticket.priority, ticket.arrivedAt, now)]!++
  }
  return {
    name: model.model.name,
    strategy: model.model.strategy,
    policy: model.model.policy,
    waiting: model.waiting,
    waitingByPriority,
    settled: { ...model.settled },
    servers: model.pairs.map((pair) => ({
      url: pair.host.server.url,
      ttft: pair.ttft.figure(now),
      up: isUp(pair, now)
    }))
  }
}

export const snapshot = (state: State, now: number): Snapshot => ({
  at: now,
  waiting: size(state),
  leases: state.leases.size,
  models: Array.from(state.models.values(), (model) => modelOf(state, model, now)),
  servers: Array.from(state.servers.values(), (host) => serverOf(host, now))
})
