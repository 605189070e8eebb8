/** `GET /v1/queue`: a caller's own requests and a summary of each model; `/v1/queue/{request-id}`: why one was where it was. */
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import type { Snapshot } from "@aiguilleur/core/Snapshot"
import { Clock, Effect, Layer } from "effect"
import { HttpRouter } from "effect/http"
import type { HttpServerRequest } from "effect/http"
import { authenticated, isRefused } from "./Authentication.ts"
import { Catalogue } from "./Catalogue.ts"
import { Guesses } from "./Guesses.ts"
import type { KeyEntry } from "./Keys.ts"
import { Keys } from "./Keys.ts"
import { unknownRequest } from "./OpenAiError.ts"
import * as View from "./QueueView.ts"
import { json, refusal } from "./Reply.ts"

/** Of a key's own requests, the oldest. */
const most = 100

/** Nanoseconds; whoever asks in between is shown the same. */
const snapshotEvery = 500_000_000n

export const layer = HttpRouter.use(Effect.fnUntraced(function*(router) {
  const dispatcher = yield* Dispatcher
  const catalogue = yield* Catalogue
  const keys = yield* Keys
  const guesses = yield* Guesses
  const clock = yield* Clock.Clock
  let shown: { readonly snapshot: Snapshot; readonly at: bigint } | undefined

  const snapshot = Effect.suspend(() => {
    const at = clock.monotonicTimeNanosUnsafe()
    if (shown !== undefined && at - shown.at < snapshotEvery) return Effect.succeed(shown.snapshot)
    return Effect.tap(dispatcher.snapshot, (snapshot) =>
      Effect.sync(() => {
        shown = { snapshot, at }
      }))
  })

  const overview = Effect.fnUntraced(function*({ caller }: KeyEntry) {
    const known = yield* snapshot
    const models = yield* Effect.forEach(
      catalogue.allUnsafe(),
      (model) =>
        Effect.map(
          dispatcher.newcomer({ id: "newcomer", model: model.name, caller }),
          (wait) => View.model(model, caller, known, wait)
        )
    )
    const own = yield* dispatcher.keyQueue(caller.key, most)
    return json(View.queue(own, models.filter((model) => model !== undefined)))
  })

  const answer = Effect.fnUntraced(function*(request: HttpServerRequest.HttpServerRequest) {
    const key = yield* authenticated(keys, guesses, request)
    if (isRefused(key)) return refusal(key, request.url)
    const id = (yield* HttpRouter.params)["*"] ?? ""
    if (id === "") return yield* overview(key)
    // Of another organisation's requests nobody is even told that they exist.
    const told = yield* dispatcher.explain(key.caller.organisation, id)
    if (told._tag === "None") return refusal(unknownRequest(id), request.url)
    return json(View.explanation(id, told.value, yield* dispatcher.forecast(told.value.ticket)))
  })

  // This route answers for the path without a name as well.
  yield* router.add("GET", "/v1/queue/*", answer)
})).pipe(Layer.provide(Guesses.layer))
