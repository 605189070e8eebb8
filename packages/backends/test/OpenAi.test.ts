import { defaults } from "@aiguilleur/core/Settings"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { FetchHttpClient } from "effect/http"
import * as OpenAi from "../src/OpenAi.ts"
import { modelOf, serverOf } from "./suite/BackendSuite.ts"

describe("OpenAi", () => {
  it.effect("has no load to tell, and asks nobody for it", () =>
    Effect.gen(function*() {
      const { load } = yield* OpenAi.make(defaults)
      assert.strictEqual((yield* load(serverOf("openai"), [modelOf()])).size, 0)
    }).pipe(Effect.provide(FetchHttpClient.layer)))
})
