/** A public model name: which servers carry it, and by which pair of strategy and requeue policy. */
import { Schema } from "effect"

export const StrategyName = Schema.Literals(["round-robin", "least-busy"])
export type StrategyName = typeof StrategyName.Type

export const PolicyName = Schema.Literals(["none", "concurrent-requests", "performance"])
export type PolicyName = typeof PolicyName.Type

/** Who decides for a model. */
export const Decider = Schema.Struct({ strategy: StrategyName, policy: PolicyName })
export interface Decider extends Schema.Schema.Type<typeof Decider> {}

export const Model = Schema.Struct({
  /** The public name. Identity. */
  name: Schema.NonEmptyString,
  /** What the engines call it. */
  engineName: Schema.NonEmptyString,
  /** Other names that callers may use for it. */
  aliases: Schema.Array(Schema.NonEmptyString),
  strategy: StrategyName,
  policy: PolicyName,
  /** Decides beside that pair on one event in twenty, without acting. */
  shadow: Schema.optionalKey(Decider),
  /** p95 time to first token above which `performance` holds a server back, in milliseconds. */
  ttftThreshold: Schema.Finite.check(Schema.isGreaterThan(0)),
  /** How long a ticket may wait, in milliseconds. */
  patience: Schema.Finite.check(Schema.isGreaterThan(0)),
  /** URLs of its servers, in the order of the configuration. */
  servers: Schema.Array(Schema.NonEmptyString)
})
export interface Model extends Schema.Schema.Type<typeof Model> {}
