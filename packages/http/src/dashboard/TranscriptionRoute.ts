/** `GET /dashboard/api/transcriptions`: how the transcription service stands, read once for all who look at it. */
import { Overview } from "@aiguilleur/stt/enrichment/Overview"
import type { Transcriptions } from "@aiguilleur/web/dashboard/wire/Transcriptions"
import { Clock, Effect, Layer, Semaphore } from "effect"
import { HttpRouter } from "effect/http"
import type { HttpServerResponse } from "effect/http"
import * as Access from "../Access.ts"
import { Guesses } from "../Guesses.ts"
import { databaseAway } from "../OpenAiError.ts"
import { json, refusal } from "../Reply.ts"

/** Progress is told every few seconds. */
const fresh = 2_000

export const layer = HttpRouter.use(Effect.fnUntraced(function*(router) {
  const overview = yield* Overview
  const may = yield* Access.make
  const one = yield* Semaphore.make(1)
  let known: { readonly at: number; readonly response: HttpServerResponse.HttpServerResponse } | undefined

  const answer = one.withPermit(Effect.gen(function*() {
    const at = yield* Clock.currentTimeMillis
    if (known !== undefined && at - known.at < fresh) return known.response
    const standing = yield* overview.read
    const body: Transcriptions = { at, ...standing }
    const response = json(body)
    known = { at, response }
    return response
  }))

  yield* router.add("GET", "/dashboard/api/transcriptions", (request) =>
    Effect.gen(function*() {
      const key = yield* may(request, "viewer")
      if (Access.isRefused(key)) return refusal(key, request.url)
      return yield* Effect.orElseSucceed(answer, () => refusal(databaseAway, request.url))
    }))
})).pipe(Layer.provide(Guesses.layer))
