/** `GET /metrics`, for Prometheus: with a key that has rights, or without where nobody else can reach it. */
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import * as Access from "../Access.ts"
import { Guesses } from "../Guesses.ts"
import { refusal } from "../Reply.ts"
import { Metrics } from "./Metrics.ts"
import { contentType } from "./MetricsText.ts"
import { all } from "./Sections.ts"

export const layerOf = (access: "key" | "open") =>
  HttpRouter.use(Effect.fnUntraced(function*(router) {
    const metrics = yield* Metrics
    const may = yield* Access.make
    yield* router.add("GET", "/metrics", (request) =>
      Effect.gen(function*() {
        if (access === "key") {
          const known = yield* may(request, "viewer")
          if (Access.isRefused(known)) return refusal(known, request.url)
        }
        return HttpServerResponse.text(yield* metrics.text(all), {
          contentType,
          headers: { "cache-control": "no-store" }
        })
      }))
  })).pipe(Layer.provide(Guesses.layer))
