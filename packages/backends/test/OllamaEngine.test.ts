/** What the Ollama driver alone knows, against the laboratory's Ollama. */
import { defaults } from "@aiguilleur/core/Settings"
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Struct } from "effect"
import { FetchHttpClient } from "effect/http"
import * as Ollama from "../src/Ollama.ts"
import { modelOf, outgoing, serverOf } from "./suite/BackendSuite.ts"

const rig = Effect.fnUntraced(function*(options: SimulatedServer.Options = {}) {
  const engine = yield* SimulatedServer.start({ face: "ollama", models: ["llama3.2", "mistral:7b"], ...options })
  const backend = yield* Effect.provide(Ollama.make(defaults), FetchHttpClient.layer)
  const server = { ...Struct.omit(serverOf("ollama"), ["token"]), url: engine.url }
  const model = (engineName: string) => modelOf({ name: engineName, engineName, servers: [engine.url] })
  return { engine, backend, server, model }
})

const chat = { path: "/api/chat", body: { messages: [{ role: "user", content: "Bonjour" }], stream: false } }

describe("Ollama", () => {
  it.effect("says of each model whether it is in memory, and no figure that it does not have", () =>
    Effect.gen(function*() {
      const { backend, model, server } = yield* rig()
      const models = [model("llama3.2:latest"), model("mistral:7b")]
      assert.deepStrictEqual([...(yield* backend.load(server, models)).values()], [{ loaded: false }, {
        loaded: false
      }])
      yield* backend.call(server, model("llama3.2"), chat)
      assert.deepStrictEqual([...(yield* backend.load(server, models)).values()], [{ loaded: true }, { loaded: false }])
    }))

  it.effect("is up while it loads a model: others are served meanwhile", () =>
    Effect.gen(function*() {
      const { backend, server } = yield* rig({ loading: true })
      assert.strictEqual(yield* backend.health(server), "up")
    }))

  it.effect("knows a model that was not pulled, asked for in its own API too", () =>
    Effect.gen(function*() {
      const { backend, model, server } = yield* rig()
      assert.strictEqual((yield* Effect.flip(backend.call(server, model("gemma"), chat))).reason, "unsupported")
    }))

  it("asks nothing of a native stream, which tells its counts unasked", () => {
    const { dropUsage, fields, path } = Ollama.rewrite(
      serverOf("ollama", { url: "http://h/v1" }),
      modelOf(),
      outgoing({ path: "/api/chat", stream: true })
    )
    assert.deepStrictEqual([path, dropUsage, Object.hasOwn(fields, "stream_options")], ["/api/chat", false, false])
  })
})
