/** What a caller is shown of the queue: its own requests by name, and of everybody else's only sums. */
import type { Caller } from "@aiguilleur/core/Caller"
import type { Explanation } from "@aiguilleur/core/Explanation"
import type { Forecast } from "@aiguilleur/core/Forecaster"
import type { Attempt } from "@aiguilleur/core/Journey"
import type { KeyQueue, KeyTicket } from "@aiguilleur/core/KeyQueue"
import type { Model } from "@aiguilleur/core/Model"
import type { Wait } from "@aiguilleur/core/Outlook"
import type { ModelSnapshot, Snapshot } from "@aiguilleur/core/Snapshot"
import { Option } from "effect"
import { labelOf } from "./ForwardedHead.ts"
import { usable } from "./Usable.ts"

const instant = (at: number | undefined) => at === undefined ? null : new Date(at).toISOString()

const expected = (wait: Wait | undefined) => ({
  expected_wait_ms: wait?.p50 ?? null,
  expected_wait_p90_ms: wait?.p90 ?? null
})

const forecast = ({ position, wait }: Forecast) => ({ position, ...expected(wait) })

const ticket = (ticket: KeyTicket) => ({
  id: ticket.requestId ?? ticket.ticket,
  model: ticket.model,
  state: ticket.forecast === undefined ? "in-flight" : "waiting",
  priority: ticket.priority,
  effective_priority: ticket.effective,
  arrived_at: instant(ticket.arrivedAt),
  waited_ms: Math.round(ticket.waited),
  requeues: ticket.requeues,
  ...(ticket.forecast === undefined ? {} : forecast(ticket.forecast))
})

export const queue = ({ inFlight, tickets, waiting }: KeyQueue, models: ReadonlyArray<unknown>) => ({
  object: "queue",
  waiting,
  in_flight: inFlight,
  data: tickets.map(ticket),
  models
})

/** Undefined for a model that this key cannot use. `wait`: of a newcomer under this key. */
export const model = (model: Model, caller: Caller, snapshot: Snapshot, wait: Option.Option<Wait>) => {
  const known = snapshot.models.find(({ name }) => name === model.name)
  const own = usable(model, caller, snapshot)
  if (known === undefined || own.length === 0) return undefined
  return {
    id: model.name,
    waiting: known.waiting,
    waiting_by_priority: known.waitingByPriority,
    servers: own.length,
    servers_up: upOf(known, own),
    ...expected(Option.getOrUndefined(wait))
  }
}

const upOf = ({ servers }: ModelSnapshot, own: ReadonlyArray<{ readonly url: string }>): number =>
  own.filter(({ url }) => servers.some((server) => server.url === url && server.up)).length

const attempt = ({ lease, outcome, releasedAt }: Attempt) => ({
  server: labelOf(lease.server),
  granted_at: instant(lease.grantedAt),
  released_at: instant(releasedAt),
  outcome: outcome ?? null,
  strategy: lease.model.strategy,
  policy: lease.model.policy,
  candidates: lease.candidates,
  leases: lease.leasesAtGrant,
  max_concurrent: lease.server.maxConcurrent,
  ttft_p95_ms: lease.ttftAtGrant ?? null,
  estimated_prompt_tokens: lease.estimate.prompt,
  estimated_output_tokens: lease.estimate.output
})

/** `found` is of a request that waits. */
export const explanation = (request: string, told: Explanation, found: Option.Option<Forecast>) => ({
  object: "queue.explanation",
  id: request,
  model: told.model,
  state: told.state,
  reason: told.reason ?? null,
  arrived_at: instant(told.arrivedAt),
  ended_at: instant(told.endedAt),
  priority: told.priority,
  effective_priority: told.effective,
  routing_mode: told.mode,
  waited_ms: Math.round(told.waited),
  requeues: told.requeues,
  ...Option.match(found, { onNone: () => ({}), onSome: forecast }),
  held_back_by: told.obstacles.map(([why, servers]) => ({ why, servers })),
  virtual_service: told.standing ?? null,
  attempts: told.attempts.map(attempt),
  overtaken_by: told.overtakenBy.map(({ at, priority, rule, sameOrganisation }) => ({
    at: instant(at),
    rule,
    effective_priority: priority,
    organisation: sameOrganisation ? "own" : "another"
  }))
})
