import { ServerKind } from "@aiguilleur/core/Server"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { FetchHttpClient } from "effect/http"
import { Backends, check, supported } from "../src/Backends.ts"
import { modelOf, outgoing, serverOf } from "./suite/BackendSuite.ts"

describe("Backends", () => {
  it.effect("has a driver for each kind that it says it supports, and it is that kind's", () =>
    Effect.gen(function*() {
      const backends = yield* Backends
      const kinds = ServerKind.literals.filter(supported)
      assert.deepStrictEqual(kinds.map((kind) => backends.of(kind).kind), kinds)
      assert.includeMembers(kinds, ["vllm", "openai"])
    }).pipe(Effect.provide(Layer.provide(Backends.layer, FetchHttpClient.layer))))

  it.effect("lets a server pass whose kind has a driver", () => check(serverOf("vllm")))

  it.effect("refuses a kind without a driver while the configuration is read, and says what to write instead", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(check(serverOf("lmdeploy")))
      assert.deepStrictEqual([error._tag, error.kind, error.server], [
        "UnsupportedKind",
        "lmdeploy",
        "http://engine:8000"
      ])
      assert.include(error.message, "use kind `openai`")
    }))

  it.effect("gives its drivers the dispatcher's settings", () =>
    Effect.gen(function*() {
      const { of } = yield* Backends
      const server = serverOf("vllm", { priorityScheduling: true })
      const { fields } = of("vllm").rewrite(server, modelOf(), outgoing({ priority: 1, bestPriority: 9 }))
      assert.strictEqual(fields["priority"], 8)
    }).pipe(Effect.provide(Layer.provide(Backends.layerOf({ bestPriority: 9 }), FetchHttpClient.layer))))
})
