/** A member of the consortium: it owns servers and keys, and has a share. */
import { Schema } from "effect"

export const Organisation = Schema.Struct({
  /** Identity. */
  name: Schema.NonEmptyString,
  /** Fair-share weight: with weights 1 and 3, service is 1 : 3 when both are backlogged. */
  weight: Schema.Finite.check(Schema.isGreaterThan(0))
})
export interface Organisation extends Schema.Schema.Type<typeof Organisation> {}
