/** The vLLM driver against the laboratory's engine, which speaks vLLM's API and remembers what it was asked. */
import { defaults } from "@aiguilleur/core/Settings"
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Struct } from "effect"
import { FetchHttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import * as Vllm from "../src/Vllm.ts"
import { modelOf, serverOf } from "./suite/BackendSuite.ts"

const rig = Effect.fnUntraced(function*(options: SimulatedServer.Options = {}) {
  const engine = yield* SimulatedServer.start({ models: ["org/Small-24B"], manual: true, ...options })
  const backend = yield* Effect.provide(Vllm.make(defaults), FetchHttpClient.layer)
  const open = Struct.omit(serverOf("vllm"), ["token"])
  const server = { ...open, url: engine.url, priorityScheduling: options.priorityScheduling === true }
  return { engine, backend, server, model: modelOf({ servers: [engine.url] }) }
})

const chat = (changes: Readonly<Record<string, unknown>> = {}) => ({
  path: "/v1/chat/completions",
  body: { model: "small", messages: [{ role: "user", content: "Bonjour" }], max_tokens: 4, ...changes }
})

describe("Vllm, against a simulated engine", () => {
  it.effect("sees what runs and waits, and from the first token on how long it took", () =>
    Effect.gen(function*() {
      const { backend, engine, model, server } = yield* rig({ maxNumSeqs: 6 })
      const load = Effect.map(backend.load(server, [model]), (loads) => loads.get("small"))
      const idle = yield* load
      assert.deepStrictEqual([idle?.running, idle?.waiting, idle?.ttft], [0, 0, undefined])
      const jobs = yield* Effect.forkChild(
        Effect.all(Array.from({ length: 8 }, () => backend.call(server, model, chat())), { concurrency: "unbounded" })
      )
      yield* engine.awaitRequests(8)
      engine.step()
      const busy = yield* load
      assert.deepStrictEqual([busy?.running, busy?.waiting], [6, 2])
      assert.isAbove(busy?.kvCache ?? 0, 0)
      yield* TestClock.adjust("1 second")
      assert.isAbove((yield* load)?.ttft ?? 0, 0)
      engine.stepUntilIdle()
      yield* Fiber.join(jobs)
      const done = yield* load
      assert.deepStrictEqual([done?.running, done?.waiting], [0, 0])
      yield* TestClock.adjust("1 minute")
      assert.isUndefined((yield* load)?.ttft)
    }))

  it.effect("reads nothing from an engine with its statistics switched off", () =>
    Effect.gen(function*() {
      const { backend, model, server } = yield* rig({ logStats: false })
      assert.strictEqual((yield* backend.load(server, [model])).size, 0)
    }))

  it.effect("lets a job of ours with 5 overtake one with 1 inside an engine that schedules by priority", () =>
    Effect.gen(function*() {
      const { backend, engine, model, server } = yield* rig({ priorityScheduling: true, maxNumSeqs: 1 })
      const ended: Array<string> = []
      const job = (name: string, priority: number) =>
        Effect.forkChild(
          Effect.tap(backend.call(server, model, chat({ priority })), () => Effect.sync(() => ended.push(name)))
        )
      const first = yield* job("first", 3)
      yield* engine.awaitRequests(1)
      engine.step()
      const late = yield* job("can wait", 1)
      yield* engine.awaitRequests(2)
      const urgent = yield* job("urgent", 5)
      yield* engine.awaitRequests(3)
      engine.stepUntil(({ ended }) => ended("finished") === 2)
      yield* Fiber.joinAll([first, urgent])
      assert.deepStrictEqual(ended, ["first", "urgent"])
      engine.stepUntilIdle()
      yield* Fiber.join(late)
      assert.deepStrictEqual(engine.requests.map(({ body }) => Object(body).priority), [2, 4, 0])
    }))
})
