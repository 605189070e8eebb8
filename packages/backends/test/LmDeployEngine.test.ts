/** What the LMDeploy driver alone knows, against the laboratory's LMDeploy. */
import { defaults } from "@aiguilleur/core/Settings"
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Redacted, Struct } from "effect"
import { FetchHttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import * as LmDeploy from "../src/LmDeploy.ts"
import { modelOf, outgoing, serverOf } from "./suite/BackendSuite.ts"

const rig = Effect.fnUntraced(function*(options: SimulatedServer.Options = {}) {
  const engine = yield* SimulatedServer.start({
    face: "lmdeploy",
    models: ["org/Small-24B"],
    manual: true,
    token: "engine-secret",
    ...options
  })
  const backend = yield* Effect.provide(LmDeploy.make(defaults), FetchHttpClient.layer)
  const server = serverOf("lmdeploy", { url: engine.url, token: Redacted.make("engine-secret") })
  const model = modelOf({ servers: [engine.url] })
  const post = (path: string) =>
    Effect.promise(() =>
      fetch(engine.url + path, { method: "POST", headers: { authorization: "Bearer engine-secret" } })
    )
  return { engine, backend, server, model, post }
})

const chat = {
  path: "/v1/chat/completions",
  body: { messages: [{ role: "user", content: "Bonjour" }], max_tokens: 4 }
}

describe("LMDeploy", () => {
  it.effect("brings its bearer to the metrics, which want it", () =>
    Effect.gen(function*() {
      const { backend, model, server } = yield* rig()
      assert.deepStrictEqual((yield* backend.load(server, [model])).get("small"), {
        running: 0,
        waiting: 0,
        kvCache: 0
      })
      const open = Struct.omit(server, ["token"])
      assert.strictEqual((yield* Effect.flip(backend.load(open, [model]))).reason, "unauthorised")
    }))

  it.effect("sees the first tokens at once, and what runs and waits when the engine has written it", () =>
    Effect.gen(function*() {
      const { backend, engine, model, server } = yield* rig({ maxNumSeqs: 5, maxTokens: 20_000 })
      const load = Effect.map(backend.load(server, [model]), (loads) => loads.get("small"))
      yield* load
      const long = { ...chat, body: { ...chat.body, max_tokens: 12_000 } }
      const jobs = yield* Effect.forkChild(
        Effect.all(Array.from({ length: 6 }, () => backend.call(server, model, long)), { concurrency: "unbounded" })
      )
      yield* engine.awaitRequests(6)
      engine.step(100)
      yield* TestClock.adjust("1 second")
      const early = yield* load
      assert.deepStrictEqual([early?.running, early?.waiting], [0, 0])
      assert.isAbove(early?.ttft ?? 0, 0)
      engine.stepUntil(({ now }) => now() >= 10_000)
      const late = yield* load
      assert.deepStrictEqual([late?.running, late?.waiting], [5, 1])
      engine.stepUntilIdle()
      yield* Fiber.join(jobs)
    }))

  it.effect("calls an engine down that sleeps, though its health check says 200, and up when it was woken", () =>
    Effect.gen(function*() {
      const { backend, engine, model, post, server } = yield* rig()
      yield* post("/sleep")
      assert.strictEqual(yield* backend.health(server), "down")
      const asleep = yield* Effect.flip(backend.call(server, model, chat))
      assert.strictEqual(asleep.reason, "unreachable")
      yield* post("/wakeup")
      assert.strictEqual(yield* backend.health(server), "up")
      engine.resume()
      yield* backend.call(server, model, chat)
    }))

  it.effect("is down while it initialises", () =>
    Effect.gen(function*() {
      const { backend, server } = yield* rig({ loading: true })
      assert.strictEqual(yield* backend.health(server), "down")
    }))

  it("finds the one path of pooling", () => {
    const change = LmDeploy.rewrite(serverOf("lmdeploy"), modelOf(), outgoing({ path: "/v1/pooling?a=b" }))
    assert.strictEqual(change.path, "/pooling?a=b")
  })
})
