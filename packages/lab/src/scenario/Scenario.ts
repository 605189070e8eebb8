/** What is simulated: a fleet, the people who use it, and the policies to compare, over one duration. */
import { PolicyName, StrategyName } from "@aiguilleur/core/Model"
import { Schema } from "effect"
import { Arrivals } from "./Arrivals.ts"
import { Flag, IntBetween, LongSpan, OneOf, Positive, Span, SpanOrOff, Text, TimeOfDay, Tokens } from "./Field.ts"

const few = IntBetween(0, 1000)

/** What a column may set for every server or model; what it does not stays as the fleet has it. */
const overrides = {
  ttftThreshold: Schema.optionalKey(LongSpan),
  patience: Schema.optionalKey(LongSpan),
  headroom: Schema.optionalKey(few),
  ownerReserve: Schema.optionalKey(few),
  maxConcurrent: Schema.optionalKey(IntBetween(1, 10_000)),
  ageing: Schema.optionalKey(SpanOrOff)
}

/** What a model, or a column for all of them, is decided by. */
const decider = {
  strategy: Schema.optionalKey(OneOf(StrategyName.literals)),
  policy: Schema.optionalKey(OneOf(PolicyName.literals))
}

/** One policy to compare; what it leaves out is as each model has it. */
export const Column = Schema.Struct({ name: Text, ...decider, ...overrides })
export type Column = typeof Column.Type

/**
 * `down`: refuses connections and drops what it had. `busy` answers 429, `failing` 500. `draining`: takes no more.
 * `slow`: each step of its engine takes `times` as long, 3 unless told.
 */
export const Fault = Schema.Struct({
  kind: OneOf(["down", "busy", "failing", "draining", "slow"]),
  times: Schema.optionalKey(Positive),
  at: Span,
  /** To the end when absent. */
  for: Schema.optionalKey(LongSpan)
})
export type Fault = typeof Fault.Type

export const ServerSpec = Schema.Struct({
  name: Text,
  /** So many alike, named `name-1`, `name-2`… */
  count: Schema.optionalKey(IntBetween(1, 1000)),
  /** GPU and model, from docs/profiles.md. */
  profile: Text,
  organisation: Text,
  site: Schema.optionalKey(Text),
  models: Schema.optionalKey(Schema.Array(Text)),
  maxConcurrent: IntBetween(1, 10_000),
  headroom: Schema.optionalKey(few),
  ownerReserve: Schema.optionalKey(few),
  /** Its engine was started for it: what waits inside is ordered by priority, and not by arrival. */
  priorityScheduling: Schema.optionalKey(Flag),
  /** What its engine was started with; the profile's when absent. */
  maxNumSeqs: Schema.optionalKey(IntBetween(1, 10_000)),
  faults: Schema.optionalKey(Schema.Array(Fault))
})
export type ServerSpec = typeof ServerSpec.Type

export const Population = Schema.Struct({
  name: Text,
  organisation: Text,
  /** The population's name when absent. */
  key: Schema.optionalKey(Text),
  priority: IntBetween(0, 100),
  routingMode: Schema.optionalKey(OneOf(["any", "private-first", "private-only"])),
  threshold: Schema.optionalKey(IntBetween(0, 1_000_000)),
  /** The first model when absent. */
  model: Schema.optionalKey(Text),
  arrivals: Arrivals,
  prompt: Tokens,
  output: Tokens,
  /** Tokens at the beginning of every prompt that are always the same: a system prompt. */
  sharedPrefix: Schema.optionalKey(IntBetween(1, 1_000_000)),
  /** False for answers that come whole. */
  stream: Schema.optionalKey(Flag),
  /** How long its users wait for the first token before they leave. */
  leavesAfter: Schema.optionalKey(LongSpan)
})
export type Population = typeof Population.Type

export const Scenario = Schema.Struct({
  name: Text,
  description: Schema.optionalKey(Text),
  seed: IntBetween(0, 2 ** 31),
  duration: LongSpan,
  /** What the clock on the wall shows when it begins; for daily curves. */
  startsAt: Schema.optionalKey(TimeOfDay),
  bestPriority: Schema.optionalKey(IntBetween(1, 100)),
  ageing: Schema.optionalKey(SpanOrOff),
  /** Weights other than 1. */
  organisations: Schema.optionalKey(Schema.Array(Schema.Struct({ name: Text, weight: Positive }))),
  models: Schema.Array(Schema.Struct({
    name: Text,
    ...decider,
    ttftThreshold: Schema.optionalKey(LongSpan),
    patience: Schema.optionalKey(LongSpan)
  })),
  servers: Schema.Array(ServerSpec),
  populations: Schema.Array(Population),
  columns: Schema.Array(Column)
})
export type Scenario = typeof Scenario.Type

export const bestPriorityOf = ({ bestPriority }: Scenario): number => bestPriority ?? 5
