/** Waits for a fact that nobody announces; the test's own limit is the only clock. */
import { Effect, Schedule } from "effect"

export const eventually = <E, R>(fact: Effect.Effect<boolean, E, R>): Effect.Effect<void, E, R> =>
  Effect.asVoid(Effect.repeat(fact, { schedule: Schedule.spaced("5 millis"), until: (holds) => holds }))
