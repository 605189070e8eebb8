/** Who may look at the service itself, and who may lay hands on it: by the rights of a key. */
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { Effect } from "effect"
import type { HttpServerRequest } from "effect/http"
import type { IncomingMessage } from "node:http"
import type { Authenticated } from "./Authentication.ts"
import { authenticate, isRefused } from "./Authentication.ts"
import { Guesses } from "./Guesses.ts"
import { Keys } from "./Keys.ts"
import { withoutRights } from "./OpenAiError.ts"

export { isRefused } from "./Authentication.ts"

/** Whoever may act may look. */
const ranks = { none: 0, viewer: 1, operator: 2 } as const

export const make = Effect.gen(function*() {
  const keys = yield* Keys
  const guesses = yield* Guesses
  return (
    request: HttpServerRequest.HttpServerRequest,
    wanted: "viewer" | "operator"
  ): Effect.Effect<Authenticated> => {
    const known = authenticate(keys, guesses, NodeHttpServerRequest.toIncomingMessage(request) as IncomingMessage)
    return Effect.map(
      Effect.isEffect(known) ? known : Effect.succeed(known),
      (key) => isRefused(key) || ranks[key.rights] >= ranks[wanted] ? key : withoutRights(wanted)
    )
  }
})
