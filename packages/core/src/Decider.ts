/** By which strategy and policy a model is decided: its own pair, or in the eyes of the shadow the one that is tried. */
import type { Decider, Model } from "./Model.ts"
import type { Registry } from "./Registry.ts"
import type { RequeuePolicy } from "./RequeuePolicy.ts"
import type { ModelState, State } from "./State.ts"
import type { Strategy } from "./Strategy.ts"

/** Looked up once, when the model changes, and not for every server at every decision. */
export interface Deciding {
  readonly strategy: Strategy["Service"]
  readonly policy: RequeuePolicy["Service"]
  /** The policy takes tickets whether there is a slot or not. */
  readonly ignoresSlots: boolean
}

/** The best that a policy can be told of a server without a slot. */
const full = { hasSlot: false, leases: 0, ttft: undefined, ttftThreshold: Infinity }

const found = ({ policies, strategies }: Registry["Service"], { policy, strategy }: Decider): Deciding => ({
  strategy: strategies[strategy],
  policy: policies[policy],
  ignoresSlots: policies[policy].judge(full)
})

export const decidersOf = (registry: Registry["Service"], model: Model): Pick<ModelState, "acting" | "shadow"> => ({
  acting: found(registry, model),
  shadow: found(registry, model.shadow ?? model)
})

export const decidingFor = ({ shadowed }: State, { acting, shadow }: ModelState): Deciding => shadowed ? shadow : acting
