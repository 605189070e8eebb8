/** By which strategy and policy a model is decided: its own pair, or in the eyes of the shadow the one that is tried. */
import type { Decider, Model } from "./Model.ts"
import type { RequeuePolicy } from "./RequeuePolicy.ts"
import type { State } from "./State.ts"
import type { Strategy } from "./Strategy.ts"

const deciderOf = ({ shadowed }: State, model: Model): Decider => shadowed ? model.shadow ?? model : model

export const strategyOf = (state: State, model: Model): Strategy["Service"] =>
  state.registry.strategies[deciderOf(state, model).strategy]

export const policyOf = (state: State, model: Model): RequeuePolicy["Service"] =>
  state.registry.policies[deciderOf(state, model).policy]
