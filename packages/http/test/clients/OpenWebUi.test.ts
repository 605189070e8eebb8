import { describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Fleet from "./Fleet.ts"
import { checks } from "./OpenWebUi.ts"

describe("Open WebUI", () => {
  for (const [what, check] of checks) {
    it.live(what, () => Effect.flatMap(Fleet.make, (place) => Effect.promise(() => check(place))))
  }
})
