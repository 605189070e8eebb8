/** A member of the consortium: it owns servers and keys, and has a share. */
import { Schema } from "effect"

/** Far enough apart for any consortium, and near enough for counters to stay exact. */
export const leastWeight = 0.01
export const greatestWeight = 1_000

export const Organisation = Schema.Struct({
  /** Identity. */
  name: Schema.NonEmptyString,
  /** Fair-share weight: with weights 1 and 3, service is 1 : 3 when both are backlogged. */
  weight: Schema.Finite.check(Schema.isBetween({ minimum: leastWeight, maximum: greatestWeight }))
})
export interface Organisation extends Schema.Schema.Type<typeof Organisation> {}
