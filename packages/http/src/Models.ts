/** `GET /v1/models` and `/v1/models/{id}`: what this key may use, and whether it can be had now. */
import type { Caller } from "@aiguilleur/core/Caller"
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import type { Model } from "@aiguilleur/core/Model"
import type { ServerSnapshot, Snapshot } from "@aiguilleur/core/Snapshot"
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { Clock, Effect, Layer } from "effect"
import { HttpRouter } from "effect/http"
import type { HttpServerRequest } from "effect/http"
import type { IncomingMessage } from "node:http"
import type { Authenticated } from "./Authentication.ts"
import { authenticate, isRefused } from "./Authentication.ts"
import { Catalogue } from "./Catalogue.ts"
import { Guesses } from "./Guesses.ts"
import { Keys } from "./Keys.ts"
import { unknownModel } from "./OpenAiError.ts"
import { json, refusal } from "./Reply.ts"

const mayUse = (caller: Caller, server: ServerSnapshot): boolean =>
  (caller.sites === undefined || caller.sites.includes(server.site)) &&
  (caller.organisations === undefined || caller.organisations.includes(server.organisation)) &&
  (caller.routingMode !== "private-only" || caller.organisation === server.organisation)

/** OpenAI's model object, and one member of ours; undefined for a model that this key cannot use. */
const entry = (model: Model, caller: Caller, snapshot: Snapshot, created: number) => {
  if (caller.models !== undefined && !caller.models.includes(model.name)) return undefined
  const state = snapshot.models.find(({ name }) => name === model.name)
  if (state === undefined) return undefined
  const usable = snapshot.servers.filter((server) => model.servers.includes(server.url) && mayUse(caller, server))
  if (usable.length === 0) return undefined
  const up = usable.filter(({ url }) => state.servers.some((server) => server.url === url && server.up))
  return {
    id: model.name,
    object: "model",
    created,
    owned_by: "aiguilleur",
    aiguilleur: {
      available: up.length > 0,
      servers: usable.length,
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
  const keyOf = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<Authenticated> => {
    const known = authenticate(keys, guesses, NodeHttpServerRequest.toIncomingMessage(request) as IncomingMessage)
    return Effect.isEffect(known) ? known : Effect.succeed(known)
  }

  const answer = Effect.fnUntraced(function*(request: HttpServerRequest.HttpServerRequest) {
    const key = yield* keyOf(request)
    if (isRefused(key)) return refusal(key)
    const snapshot = yield* dispatcher.snapshot
    // Names may hold slashes, sent as they are or escaped.
    const id = (yield* HttpRouter.params)["*"] ?? ""
    if (id === "") {
      const data = catalogue.allUnsafe().flatMap((model) => entry(model, key.caller, snapshot, created) ?? [])
      return json({ object: "list", data })
    }
    const model = catalogue.findUnsafe(id)
    const found = model && entry(model, key.caller, snapshot, created)
    return found === undefined ? refusal(unknownModel(id)) : json(found)
  })

  // This route answers for the path without a name as well.
  yield* router.add("GET", "/v1/models/*", answer)
})).pipe(Layer.provide(Guesses.layer))
