/** Every strategy and requeue policy by name, so that a model holds a name and its pair can be swapped while tickets wait. */
import { Context, Effect, Layer } from "effect"
import type { PolicyName, StrategyName } from "./Model.ts"
import * as ConcurrentRequests from "./policy/ConcurrentRequests.ts"
import * as None from "./policy/None.ts"
import * as Performance from "./policy/Performance.ts"
import { RequeuePolicy } from "./RequeuePolicy.ts"
import { Strategy } from "./Strategy.ts"
import * as LeastBusy from "./strategy/LeastBusy.ts"
import * as RoundRobin from "./strategy/RoundRobin.ts"

const strategies: Record<StrategyName, Layer.Layer<Strategy>> = {
  "round-robin": RoundRobin.layer,
  "least-busy": LeastBusy.layer
}

const policies: Record<PolicyName, Layer.Layer<RequeuePolicy>> = {
  none: None.layer,
  "concurrent-requests": ConcurrentRequests.layer,
  performance: Performance.layer
}

const built = Effect.fnUntraced(function*<Name extends string, Id, S>(
  tag: Context.Service<Id, S>,
  layers: Record<Name, Layer.Layer<Id>>
) {
  const entries: Array<readonly [string, S]> = []
  for (const [name, layer] of Object.entries<Layer.Layer<Id>>(layers)) {
    entries.push([name, Context.get(yield* Layer.build(layer), tag)])
  }
  return Object.fromEntries(entries) as Record<Name, S>
})

export class Registry extends Context.Service<Registry, {
  readonly strategies: Readonly<Record<StrategyName, Strategy["Service"]>>
  readonly policies: Readonly<Record<PolicyName, RequeuePolicy["Service"]>>
}>()("@aiguilleur/core/Registry") {
  static readonly layer = Layer.effect(
    Registry,
    Effect.gen(function*() {
      return {
        strategies: yield* built(Strategy, strategies),
        policies: yield* built(RequeuePolicy, policies)
      }
    })
  )
}
