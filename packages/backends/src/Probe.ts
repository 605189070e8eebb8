/** Whether a server answers at all: one GET within two seconds. */
import type { Backend, Health } from "@aiguilleur/core/Backend"
import { Effect } from "effect"
import type { EngineClient } from "./EngineClient.ts"

export const patience = "2 seconds"

/**
 * Any answer below 500 is a sign of life. A refused token (401) or a missing path (404) is not illness: what they are
 * is known when inference meets them, and the table of failures then says more than a probe could.
 */
export const health = (client: EngineClient, path: string): Backend["health"] => (server) =>
  client.get(server, path).pipe(
    Effect.timeout(patience),
    Effect.match({
      onFailure: (): Health => "down",
      onSuccess: ({ status }): Health => status < 500 ? "up" : "down"
    })
  )
