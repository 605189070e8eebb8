import { defaults } from "@aiguilleur/core/Settings"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { FetchHttpClient } from "effect/http"
import * as OpenAi from "../src/OpenAi.ts"
import { modelOf, outgoing, serverOf, suite } from "./suite/BackendSuite.ts"

suite("OpenAi", { kind: "openai", driver: OpenAi.make, healthPath: "/v1/models" })

describe("OpenAi", () => {
  it("keeps the priority from a server that was said to schedule by it", () => {
    const server = serverOf("openai", { priorityScheduling: true })
    assert.isUndefined(OpenAi.rewrite(server, modelOf(), outgoing()).fields["priority"])
  })

  it.effect("has no load to tell, and asks nobody for it", () =>
    Effect.gen(function*() {
      const { load } = yield* OpenAi.make(defaults)
      assert.strictEqual((yield* load(serverOf("openai"), [modelOf()])).size, 0)
    }).pipe(Effect.provide(FetchHttpClient.layer)))
})
