/** `GET /dashboard/api/scenario`: the present fleet and load, as YAML that the laboratory reads. */
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import type { Scenario } from "@aiguilleur/web/dashboard/wire/Scenario"
import { Effect, Layer } from "effect"
import { HttpRouter } from "effect/http"
import * as Access from "../Access.ts"
import { Guesses } from "../Guesses.ts"
import { malformed, nothingToPlay } from "../OpenAiError.ts"
import { json, refusal } from "../Reply.ts"
import { RecentMinutes } from "./hour/RecentMinutes.ts"
import type { Options } from "./LiveRoute.ts"
import { profiles, scenario } from "./PresentScenario.ts"

const wrongProfile = malformed(`Expected ?profile= and one of ${profiles.join(", ")}, or nothing.`, "profile")

export const layerOf = (options: Options) =>
  HttpRouter.use(Effect.fnUntraced(function*(router) {
    const dispatcher = yield* Dispatcher
    const recent = yield* RecentMinutes
    const may = yield* Access.make
    yield* router.add("GET", "/dashboard/api/scenario", (request) =>
      Effect.gen(function*() {
        const { url } = request
        const key = yield* may(request, "viewer")
        if (Access.isRefused(key)) return refusal(key, url)
        const profile = new URLSearchParams(url.split("?", 2)[1] ?? "").get("profile") ?? undefined
        if (profile !== undefined && !profiles.includes(profile)) return refusal(wrongProfile, url)
        const text = scenario(dispatcher.boardUnsafe(), yield* recent.read, options, profile)
        if (text === undefined) return refusal(nothingToPlay, url)
        return json({ text, profiles } satisfies Scenario)
      }))
  })).pipe(Layer.provide(Guesses.layer))
