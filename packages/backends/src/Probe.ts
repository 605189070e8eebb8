/** Whether a server answers at all: one GET within two seconds. */
import type { Backend, Health } from "@aiguilleur/core/Backend"
import { Effect } from "effect"
import type { EngineAnswer, EngineClient } from "./EngineClient.ts"

export const patience = "2 seconds"

/**
 * Any answer below 500 is a sign of life. A refused token (401) or a missing path (404) is not illness: what they are
 * is known when inference meets them, and the table of failures then says more than a probe could.
 */
const alive = ({ status }: EngineAnswer): boolean => status < 500

/** `ready` says more of an answer that is a sign of life, where an engine does. */
export const health = (
  client: EngineClient,
  path: string,
  ready: (answer: EngineAnswer) => boolean = () => true
): Backend["health"] =>
(server) =>
  client.get(server, path).pipe(
    Effect.timeout(patience),
    Effect.match({
      onFailure: (): Health => "down",
      onSuccess: (answer): Health => alive(answer) && ready(answer) ? "up" : "down"
    })
  )
