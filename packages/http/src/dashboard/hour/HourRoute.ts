/** `GET /dashboard/api/hour`: the last hour, computed once for all who look at it. */
import { Clock, Effect, Layer, Semaphore } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import type { HttpServerRequest } from "effect/http"
import { gzipSync } from "node:zlib"
import * as Access from "../../Access.ts"
import { Guesses } from "../../Guesses.ts"
import { malformed } from "../../OpenAiError.ts"
import { refusal } from "../../Reply.ts"
import type { By } from "./HourPage.ts"
import { hour } from "./HourPage.ts"
import { RecentMinutes } from "./RecentMinutes.ts"

/** Nobody notices a figure that is so old. */
const fresh = 5_000

const wrong = malformed("Expected ?by=organisation or ?by=model.")

const byOf = ({ url }: HttpServerRequest.HttpServerRequest): By | undefined => {
  const by = new URLSearchParams(url.split("?", 2)[1] ?? "").get("by") ?? "organisation"
  return by === "organisation" || by === "model" ? by : undefined
}

export const layer = HttpRouter.use(Effect.fnUntraced(function*(router) {
  const recent = yield* RecentMinutes
  const may = yield* Access.make
  const one = yield* Semaphore.make(1)
  const known = new Map<By, { readonly at: number; readonly bytes: Uint8Array }>()

  const page = (by: By) =>
    one.withPermit(Effect.gen(function*() {
      const at = yield* Clock.currentTimeMillis
      const before = known.get(by)
      if (before !== undefined && at - before.at < fresh) return before.bytes
      const bytes = gzipSync(JSON.stringify(hour(yield* recent.read, at, by, recent.source)))
      known.set(by, { at, bytes })
      return bytes
    }))

  yield* router.add("GET", "/dashboard/api/hour", (request) =>
    Effect.gen(function*() {
      const key = yield* may(request, "viewer")
      if (Access.isRefused(key)) return refusal(key, request.url)
      const by = byOf(request)
      if (by === undefined) return refusal(wrong, request.url)
      return HttpServerResponse.uint8Array(yield* page(by), {
        contentType: "application/json",
        headers: { "content-encoding": "gzip", "cache-control": "no-store" }
      })
    }))
})).pipe(Layer.provide(Guesses.layer))
