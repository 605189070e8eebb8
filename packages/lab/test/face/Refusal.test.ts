/** What the simulated server refuses, and in which words. */
import * as Profile from "@aiguilleur/lab/engine/Profile"
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import * as Speech from "@aiguilleur/lab/face/Speech"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { ask, get } from "./Client.ts"

describe("refusals", () => {
  const cases: ReadonlyArray<readonly [string, unknown, number, string | null]> = [
    ["a body that is not JSON", "{", 400, null],
    ["a body that is not an object", "[]", 400, null],
    ["a chat without messages", { messages: [] }, 400, "messages"],
    ["a model that it does not serve", { model: "other" }, 404, "model"],
    ["a length that is not one", { max_tokens: 0 }, 400, "max_tokens"],
    ["a length that the model has no room for", { max_tokens: 99 }, 400, "max_tokens"],
    ["a prompt that leaves no room", { messages: [{ role: "user", content: "x".repeat(400) }] }, 400, null],
    ["a priority when it is not started for it", { priority: 1 }, 400, "priority"],
    ["a poisonous prompt", { messages: [{ role: "user", content: Speech.poisonMarker }] }, 500, null]
  ]

  for (const [what, body, status, param] of cases) {
    it.effect(`refuses ${what} with ${status}, in vLLM's form`, () =>
      Effect.gen(function*() {
        const server = yield* SimulatedServer.start({ profile: { ...Profile.test, maxModelLen: 100 } })
        const answer = yield* ask(server, { body })
        assert.strictEqual(answer.status, status)
        const { error } = answer.json()
        assert.hasAllKeys(error, ["message", "type", "param", "code"])
        assert.deepStrictEqual([error.code, error.param], [status, param])
        assert.deepInclude(server.requests[0], { status, ending: "refused", tokens: 0 })
      }))
  }

  it.effect("takes a priority when it is started for it, and a zero always", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start({ priorityScheduling: true })
      assert.strictEqual((yield* ask(server, { body: { priority: -3 } })).status, 200)
      const plain = yield* SimulatedServer.start()
      assert.strictEqual((yield* ask(plain, { body: { priority: 0 } })).status, 200)
    }))

  it.effect("asks /v1 for the token it was started with, and nothing else", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start({ token: "secret" })
      for (const authorization of ["", "secret", "Bearer wrong"]) {
        assert.strictEqual((yield* ask(server, { headers: { authorization } })).status, 401)
        assert.strictEqual((yield* get(server, "/v1/models", { authorization })).status, 401)
      }
      assert.strictEqual((yield* ask(server, { headers: { authorization: "Bearer secret" } })).status, 200)
      assert.strictEqual((yield* get(server, "/health")).status, 200)
      assert.strictEqual((yield* get(server, "/metrics")).status, 200)
    }))

  it.effect("answers 503 while it loads", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start({ loading: true })
      assert.strictEqual((yield* get(server, "/health")).status, 503)
      assert.strictEqual((yield* ask(server)).status, 503)
      server.setLoading(false)
      assert.strictEqual((yield* get(server, "/health")).status, 200)
      assert.strictEqual((yield* ask(server)).status, 200)
    }))

  it.effect("answers 503 when its queue is bounded and full", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start({ manual: true, maxQueued: 1 })
      const first = yield* Effect.forkChild(ask(server))
      yield* server.awaitWaiting(1)
      assert.strictEqual((yield* ask(server)).status, 503)
      server.stepUntilIdle()
      assert.strictEqual((yield* Fiber.join(first)).status, 200)
    }))
})
