/** What clients of Ollama's own API look up before they ask: which models there are for this key, and a version. */
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import type { Model } from "@aiguilleur/core/Model"
import { Clock, Effect, Layer } from "effect"
import { HttpRouter } from "effect/http"
import type { HttpServerRequest } from "effect/http"
import { authenticated, isRefused } from "./Authentication.ts"
import { Catalogue } from "./Catalogue.ts"
import { Guesses } from "./Guesses.ts"
import { Keys } from "./Keys.ts"
import { json, refusal } from "./Reply.ts"
import { usable } from "./Usable.ts"

/** Clients look for a name without a tag under the tag that it has by default. */
const tagged = (name: string): string => name.slice(name.lastIndexOf("/") + 1).includes(":") ? name : `${name}:latest`

/** Of a model we know its name alone; clients want the other members to be there. */
const tag = ({ name }: Model, modified_at: string) => ({
  name: tagged(name),
  model: tagged(name),
  modified_at,
  size: 0,
  digest: "",
  details: { parent_model: "", format: "", family: "", families: null, parameter_size: "", quantization_level: "" }
})

/** Not Ollama's: a client that wants features of one is told that this is something else. */
const version = { version: "0.1.0-aiguilleur" }

export const layer = HttpRouter.use(Effect.fnUntraced(function*(router) {
  const dispatcher = yield* Dispatcher
  const catalogue = yield* Catalogue
  const keys = yield* Keys
  const guesses = yield* Guesses
  const since = new Date((yield* Clock.Clock).currentTimeMillisUnsafe()).toISOString()

  const tags = Effect.fnUntraced(function*(request: HttpServerRequest.HttpServerRequest) {
    const key = yield* authenticated(keys, guesses, request)
    if (isRefused(key)) return refusal(key, request.url)
    const snapshot = yield* dispatcher.snapshot
    // Only servers that speak this API can answer it.
    const served = catalogue.allUnsafe().filter((model) =>
      usable(model, key.caller, snapshot).some(({ kind }) => kind === "ollama")
    )
    return json({ models: served.map((model) => tag(model, since)) })
  })

  yield* router.add("GET", "/api/tags", tags)
  yield* router.add("GET", "/api/version", Effect.succeed(json(version)))
})).pipe(Layer.provide(Guesses.layer))
