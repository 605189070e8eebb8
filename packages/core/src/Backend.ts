/** The port of one kind of inference server: it translates, and nothing else. */
import type { Effect, Redacted } from "effect"
import { Schema } from "effect"
import type { Load } from "./Load.ts"
import type { Model } from "./Model.ts"
import type { Outcome } from "./Outcome.ts"
import type { Server, ServerKind } from "./Server.ts"

/** What the dispatcher knows of a request when it is about to be sent. */
export interface Outgoing {
  /** Path as received, such as `/v1/chat/completions`. */
  readonly path: string
  readonly stream: boolean
  /** The caller asked for the usage event itself. */
  readonly includeUsage: boolean
  /** Our polarity: higher is sooner. */
  readonly priority: number
  readonly bestPriority: number
}

/**
 * What changes for this server. `fields` are top-level members of a JSON body: a value to write (as it will be
 * serialised), or `undefined` to remove the member; members not named travel as received.
 */
export interface Rewrite {
  readonly path: string
  /** The engine's bearer token, if it wants one. */
  readonly token: Redacted.Redacted<string> | undefined
  readonly fields: Readonly<Record<string, unknown>>
  /** The engine was asked for a usage event that the caller did not ask for: the relay drops it. */
  readonly dropUsage: boolean
}

/** What came back before anything was relayed: an answer, or the code of a connection error. */
export type Reply =
  | {
    readonly _tag: "Answer"
    readonly status: number
    /** In milliseconds, if the answer had a `Retry-After`. */
    readonly retryAfter: number | undefined
    /** The beginning of an error's body, as text; empty for a success. */
    readonly body: string
  }
  | {
    readonly _tag: "Fault"
    /** Node's or undici's error code, such as `ECONNREFUSED`. */
    readonly code: string
    /** Whether the request had been sent when it happened. */
    readonly sent: boolean
  }
  | { readonly _tag: "Timeout" }

/** A call of our own to an engine that did not succeed. */
export class BackendError extends Schema.TaggedError<BackendError>()("BackendError", {
  server: Schema.String,
  reason: Schema.Literals(["unreachable", "unauthorised", "unhealthy", "malformed", "unsupported", "busy", "refused"]),
  message: Schema.String
}) {}

/** `up`; or `down`, for a server that answers 503 or not at all. */
export type Health = "up" | "down"

export interface Backend {
  readonly kind: ServerKind
  readonly rewrite: (server: Server, model: Model, outgoing: Outgoing) => Rewrite
  readonly classify: (reply: Reply) => Outcome
  /** Never fails: a server that cannot be asked is down. Interruption aborts the request. */
  readonly health: (server: Server) => Effect.Effect<Health>
  /**
   * One reading of the engine's own figures for each of the models given, keyed by public name.
   * Engines without such figures give an empty map. Interruption aborts the request.
   */
  readonly load: (
    server: Server,
    models: ReadonlyArray<Model>
  ) => Effect.Effect<ReadonlyMap<string, Load>, BackendError>
  /** Posts a JSON body of our own to a leased server and returns its decoded JSON answer. */
  readonly call: (
    server: Server,
    model: Model,
    request: { readonly path: string; readonly body: Readonly<Record<string, unknown>> }
  ) => Effect.Effect<unknown, BackendError>
}
