/** LMDeploy's traps, over real HTTP. */
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import * as Speech from "@aiguilleur/lab/face/Speech"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { ask, get, said, streamed } from "./Client.ts"

const start = (options: SimulatedServer.Options = {}) => SimulatedServer.start({ face: "lmdeploy", ...options })

const gauges = (server: SimulatedServer.SimulatedServer) =>
  Effect.map(get(server, "/metrics"), ({ text }) => {
    const read = (name: string) =>
      Number(new RegExp(`^lmdeploy:${name}\\{engine="0",model_name="simulated"\\} (.*)$`, "m").exec(text)?.[1])
    return [read("num_requests_running"), read("num_requests_waiting"), read("num_requests_succeeded")]
  })

describe("the LMDeploy face", () => {
  it.effect("writes its gauges every ten seconds of its own clock, and counts with them at once", () =>
    Effect.gen(function*() {
      const server = yield* start({ manual: true, maxNumSeqs: 1, maxTokens: 20_000 })
      const ends = [8_000, 16_000].map((max_tokens) => ask(server, { body: { max_tokens } }))
      const clients = yield* Effect.forkChild(Effect.all(ends, { concurrency: 2 }))
      yield* server.awaitWaiting(2)
      server.step(5_000)
      assert.deepStrictEqual([server.running(), server.waiting()], [1, 1])
      assert.deepStrictEqual(yield* gauges(server), [0, 0, 0])
      server.stepUntil(({ now }) => now() === 9_999)
      assert.deepStrictEqual(yield* gauges(server), [0, 0, 1])
      server.step()
      assert.deepStrictEqual(yield* gauges(server), [1, 0, 1])
      server.stepUntilIdle()
      yield* Fiber.join(clients)
      assert.deepStrictEqual([server.now(), server.running()], [24_000, 0])
      assert.deepStrictEqual(yield* gauges(server), [1, 0, 2])
    }))

  it.effect("tells the truth at once when it is started so", () =>
    Effect.gen(function*() {
      const server = yield* start({ manual: true, maxNumSeqs: 1, metricsLag: 0 })
      const clients = yield* Effect.forkChild(Effect.all([ask(server), ask(server)], { concurrency: 2 }))
      yield* server.awaitWaiting(2)
      server.step()
      assert.deepStrictEqual(yield* gauges(server), [1, 1, 0])
      server.stepUntilIdle()
      yield* Fiber.join(clients)
    }))

  it.effect("asks for the bearer on its metrics too, and not on its health", () =>
    Effect.gen(function*() {
      const server = yield* start({ token: "secret" })
      for (const path of ["/metrics", "/v1/models", "/is_sleeping"]) {
        assert.strictEqual((yield* get(server, path)).status, 401)
        assert.strictEqual((yield* get(server, path, { authorization: "Bearer secret" })).status, 200)
      }
      assert.strictEqual((yield* get(server, "/health")).status, 200)
      const refused = yield* ask(server)
      assert.deepStrictEqual([refused.status, refused.json().type], [401, "authentication_error"])
    }))

  it.effect("is well while it sleeps, and serves nobody until it is woken", () =>
    Effect.gen(function*() {
      const server = yield* start()
      assert.strictEqual((yield* ask(server, { path: "/sleep" })).status, 200)
      const health = yield* get(server, "/health")
      assert.deepStrictEqual([health.status, health.json().status], [200, "sleeping"])
      const refused = yield* ask(server)
      assert.deepStrictEqual([refused.status, refused.json().message], [
        503,
        "Engine is sleeping; call POST /wakeup before inference (e.g. tags=weights&tags=kv_cache)."
      ])
      yield* ask(server, { path: "/wakeup?tags=weights" })
      assert.strictEqual((yield* get(server, "/health")).json().status, "healthy")
      assert.strictEqual((yield* ask(server)).status, 200)
    }))

  it.effect("answers 503 on its health while it initialises", () =>
    Effect.gen(function*() {
      const server = yield* start({ loading: true })
      const health = yield* get(server, "/health")
      assert.deepStrictEqual([health.status, health.json().status], [503, "initializing"])
      assert.strictEqual((yield* ask(server)).status, 503)
    }))

  it.effect("puts the members of an error at the top", () =>
    Effect.gen(function*() {
      const server = yield* start()
      assert.deepStrictEqual((yield* ask(server, { body: { model: "other" } })).json(), {
        object: "error",
        message: "The model 'other' does not exist.",
        type: "not_found_error",
        code: 404,
        param: "model"
      })
      const embedding = yield* ask(server, { path: "/v1/embeddings", body: { input: "one" } })
      assert.deepInclude(embedding.json(), { code: 400, message: "Unsupported by turbomind." })
      assert.deepStrictEqual((yield* get(server, "/v1/nothing")).json(), { detail: "Not Found" })
    }))

  it.effect("streams with words in its first event, and passes over a priority", () =>
    Effect.gen(function*() {
      const server = yield* start()
      const { text } = yield* ask(server, { body: { ...streamed, priority: 3 } })
      assert.isTrue(text.startsWith("data: {\"id\""))
      assert.strictEqual(said(text), Speech.say(8))
    }))
})
