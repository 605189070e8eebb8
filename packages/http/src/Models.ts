/** `GET /v1/models` and `/v1/models/{id}`: what this key may use, and whether it can be had now. */
import type { Caller } from "@aiguilleur/core/Caller"
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import type { Model } from "@aiguilleur/core/Model"
import type { Snapshot } from "@aiguilleur/core/Snapshot"
import { Clock, Effect, Layer } from "effect"
import { HttpRouter } from "effect/http"
import type { HttpServerRequest } from "effect/http"
import { authenticated, isRefused } from "./Authentication.ts"
import { Catalogue } from "./Catalogue.ts"
import { Guesses } from "./Guesses.ts"
import { Keys } from "./Keys.ts"
import { unknownModel } from "./OpenAiError.ts"
import { json, refusal } from "./Reply.ts"
import { usable } from "./Usable.ts"

/** OpenAI's model object, and one member of ours; undefined for a model that this key cannot use. */
const entry = (model: Model, caller: Caller, snapshot: Snapshot, created: number) => {
  const state = snapshot.models.find(({ name }) => name === model.name)
  if (state === undefined) return undefined
  const own = usable(model, caller, snapshot)
  if (own.length === 0) return undefined
  const up = own.filter(({ url }) => state.servers.some((server) => server.url === url && server.up))
  return {
    id: model.name,
    object: "model",
    created,
    owned_by: "aiguilleur",
    aiguilleur: {
      available: up.length > 0,
      servers: own.length,
      servers_up: up.length,
      waiting: state.waiting,
      aliases: model.aliases
    }
  }
}

export const layer = HttpRouter.use(Effect.fnUntraced(function*(router) {
  const dispatcher = yield* Dispatcher
  const catalogue = yield* Catalogue
  const keys = yield* Keys
  const guesses = yield* Guesses
  const clock = yield* Clock.Clock
  // Nothing says when a model was made: the time since which this service knows of it has to do.
  const created = Math.floor(clock.currentTimeMillisUnsafe() / 1000)
  const answer = Effect.fnUntraced(function*(request: HttpServerRequest.HttpServerRequest) {
    const key = yield* authenticated(keys, guesses, request)
    if (isRefused(key)) return refusal(key, request.url)
    const snapshot = yield* dispatcher.snapshot
    // Names may hold slashes, sent as they are or escaped.
    const id = (yield* HttpRouter.params)["*"] ?? ""
    if (id === "") {
      const data = catalogue.allUnsafe().flatMap((model) => entry(model, key.caller, snapshot, created) ?? [])
      return json({ object: "list", data })
    }
    const model = catalogue.findUnsafe(id)
    const found = model && entry(model, key.caller, snapshot, created)
    return found === undefined ? refusal(unknownModel(id), request.url) : json(found)
  })

  // This route answers for the path without a name as well.
  yield* router.add("GET", "/v1/models/*", answer)
})).pipe(Layer.provide(Guesses.layer))
