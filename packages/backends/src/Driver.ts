/** What every driver is: a Backend built from an HTTP client and the dispatcher's settings. */
import type { Backend } from "@aiguilleur/core/Backend"
import type { Settings } from "@aiguilleur/core/Settings"
import type { Effect } from "effect"
import type { HttpClient } from "effect/http"

export type DriverSettings = Pick<Settings, "bestPriority" | "ttftWindow">

/** The client must not follow redirections, which would carry an engine's token elsewhere: Node's undici does not. */
export type Driver = (settings: DriverSettings) => Effect.Effect<Backend, never, HttpClient.HttpClient>
