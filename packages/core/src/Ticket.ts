/** One request waiting for a server, as its caller asked for it. */
import { Schema } from "effect"
import { Caller, RoutingMode } from "./Caller.ts"
import { ServerKind } from "./Server.ts"
import { Work } from "./Work.ts"

/**
 * What was asked is kept beside the caller's rights, so that both can be derived again when the key is edited.
 */
export const Ticket = Schema.Struct({
  /** The request id. Identity; unique among the tickets that are alive. */
  id: Schema.NonEmptyString,
  /** What its caller calls it, if that is another name: not unique. */
  requestId: Schema.optionalKey(Schema.NonEmptyString),
  /** Public name of a model (aliases are resolved by the edge). */
  model: Schema.NonEmptyString,
  caller: Caller,
  /** Priority asked for; the ticket gets the lesser of it and the key's. */
  priority: Schema.optionalKey(Schema.Int),
  /** Routing mode asked for; else the key's. */
  routingMode: Schema.optionalKey(RoutingMode),
  /** Kinds of server that have what is asked for; any if absent. */
  kinds: Schema.optionalKey(Schema.Array(ServerKind)),
  /** Milliseconds the caller will wait, if less than the model's patience. */
  maxWait: Schema.optionalKey(Schema.Finite),
  /** What it says of the work that it is; its cost is estimated from that when it is granted. */
  work: Schema.optionalKey(Work)
})
export interface Ticket extends Schema.Schema.Type<typeof Ticket> {}
