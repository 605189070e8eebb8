import { ServerKind } from "@aiguilleur/core/Server"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { FetchHttpClient } from "effect/http"
import { Backends, kinds, serves, unserved } from "../src/Backends.ts"
import { modelOf, outgoing, serverOf } from "./suite/BackendSuite.ts"

describe("Backends", () => {
  it.effect("has a driver for every kind of server, and it is that kind's", () =>
    Effect.gen(function*() {
      const backends = yield* Backends
      assert.deepStrictEqual([...kinds].sort(), [...ServerKind.literals].sort())
      assert.deepStrictEqual(kinds.map((kind) => backends.of(kind).kind), kinds)
    }).pipe(Effect.provide(Layer.provide(Backends.layer, FetchHttpClient.layer))))

  it.effect("gives its drivers the dispatcher's settings", () =>
    Effect.gen(function*() {
      const { of } = yield* Backends
      const server = serverOf("vllm", { priorityScheduling: true })
      const { fields } = of("vllm").rewrite(server, modelOf(), outgoing({ priority: 1, bestPriority: 9 }))
      assert.strictEqual(fields["priority"], 8)
    }).pipe(Effect.provide(Layer.provide(Backends.layerOf({ bestPriority: 9 }), FetchHttpClient.layer))))

  it("tells who has asked the wrong servers what none of them can do", () => {
    assert.strictEqual(
      unserved(["ollama", "whisper", "ollama"], "/v1/rerank"),
      "No server of this model has /v1/rerank: Ollama and Whisper cannot do that."
    )
    assert.isUndefined(unserved(["ollama", "vllm"], "/v1/rerank"))
    assert.isUndefined(unserved([], "/v1/rerank"))
  })

  const able: Array<readonly [path: string, yes: Array<ServerKind>, no: Array<ServerKind>]> = [
    ["/v1/chat/completions", ["lmdeploy", "ollama", "openai", "vllm"], ["whisper"]],
    ["/v1/audio/transcriptions", ["ollama", "openai", "vllm", "whisper"], ["lmdeploy"]],
    ["/v1/embeddings", ["ollama", "openai", "vllm"], ["lmdeploy", "whisper"]],
    ["/rerank?a=b", ["openai", "vllm"], ["lmdeploy", "ollama", "whisper"]],
    ["/api/chat", ["ollama"], ["lmdeploy", "openai", "vllm", "whisper"]],
    ["/v1/of/next/year", ["lmdeploy", "ollama", "openai", "vllm", "whisper"], []],
    ["/admin", [], ["lmdeploy", "ollama", "openai", "vllm", "whisper"]]
  ]
  it.each(able)("sends %s to %j and not to %j", (path, yes, no) => {
    assert.isTrue(yes.every((kind) => serves(kind, path)))
    assert.isFalse(no.some((kind) => serves(kind, path)))
  })
})
