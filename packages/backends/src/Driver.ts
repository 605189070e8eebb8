/** What every driver is: a Backend built from an HTTP client and the dispatcher's settings, and what can be said of it. */
import type { Backend } from "@aiguilleur/core/Backend"
import type { Settings } from "@aiguilleur/core/Settings"
import type { Effect } from "effect"
import type { HttpClient } from "effect/http"
import type { Endpoints } from "./Endpoint.ts"

export type DriverSettings = Pick<Settings, "bestPriority" | "ttftWindow">

/** The client must not follow redirections, which would carry an engine's token elsewhere: Node's undici does not. */
export type Driver = (settings: DriverSettings) => Effect.Effect<Backend, never, HttpClient.HttpClient>

/** The module of one kind of server. */
export interface DriverModule extends Pick<Backend, "rewrite" | "classify"> {
  /** As its makers write it. */
  readonly title: string
  readonly endpoints: Endpoints
  /** What its health check asks for. */
  readonly healthPath: string
  readonly make: Driver
}
