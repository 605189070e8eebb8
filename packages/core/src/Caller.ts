/** What a key entitles its holder to, as far as dispatching is concerned. */
import { Schema } from "effect"

export const RoutingMode = Schema.Literals(["any", "private-first", "private-only"])
export type RoutingMode = typeof RoutingMode.Type

/** Absent lists allow everything; an empty one allows nothing. */
export const Caller = Schema.Struct({
  /** The key's id (never its secret). */
  key: Schema.NonEmptyString,
  organisation: Schema.NonEmptyString,
  /** The most urgent base priority that this key may ask for. */
  priority: Schema.Int,
  /** An arrival is refused when its model already has this many tickets waiting. */
  threshold: Schema.optionalKey(Schema.Int),
  routingMode: RoutingMode,
  models: Schema.optionalKey(Schema.Array(Schema.String)),
  sites: Schema.optionalKey(Schema.Array(Schema.String)),
  /** Organisations whose servers may be used. */
  organisations: Schema.optionalKey(Schema.Array(Schema.String))
})
export interface Caller extends Schema.Schema.Type<typeof Caller> {}
