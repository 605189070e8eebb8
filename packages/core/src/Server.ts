/** One inference server: its owner, its place, and how much it may be given at once. */
import { Schema } from "effect"

export const ServerKind = Schema.Literals(["vllm", "ollama", "lmdeploy", "openai", "whisper"])
export type ServerKind = typeof ServerKind.Type

/**
 * A server is its normalised URL: repeated under several models it is one server, and its slots are shared by them.
 */
export const Server = Schema.Struct({
  /** Normalised URL, without a trailing slash. Identity. */
  url: Schema.NonEmptyString,
  kind: ServerKind,
  /** Bearer token of the engine; never shown. */
  token: Schema.optionalKey(Schema.Redacted(Schema.String)),
  organisation: Schema.NonEmptyString,
  site: Schema.NonEmptyString,
  /** Leases it may carry at once, whatever model they are for. */
  maxConcurrent: Schema.Int.check(Schema.isGreaterThan(0)),
  /** Slots beyond `maxConcurrent` for base priorities of at least `bestPriority - 1`. */
  headroom: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
  /** Slots that guests leave to the owner while the owner has something waiting that the server would take. */
  ownerReserve: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
  /** The engine was started to understand the `priority` field of a request. */
  priorityScheduling: Schema.Boolean
})
export interface Server extends Schema.Schema.Type<typeof Server> {}
