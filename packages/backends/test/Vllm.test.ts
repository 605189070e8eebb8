import { defaults } from "@aiguilleur/core/Settings"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schema } from "effect"
import { FetchHttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import * as Vllm from "../src/Vllm.ts"
import { modelOf, outgoing, serverOf } from "./suite/BackendSuite.ts"
import * as StubEngine from "./suite/StubEngine.ts"
import { page } from "./Wire.ts"

const byPriority = serverOf("vllm", { priorityScheduling: true })

const told = (priority: number, bestPriority = 5) =>
  Vllm.rewrite(byPriority, modelOf(), outgoing({ priority, bestPriority })).fields["priority"]

describe("Vllm, priorities", () => {
  it("tells an engine that schedules by them: 0 for the most urgent, more for what can wait", () => {
    assert.deepStrictEqual([0, 1, 2, 3, 4, 5].map((priority) => told(priority)), [5, 4, 3, 2, 1, 0])
  })

  const Priority = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 20 }))

  it.prop("keeps our order in the engine's polarity", [Priority, Priority], ([a, b]) => {
    assert.strictEqual(Math.sign(Number(told(a, 20)) - Number(told(b, 20))), Math.sign(b - a))
    assert.isAtLeast(Number(told(a, 20)), 0)
  })
})

describe("Vllm, paths", () => {
  it("asks for tokens where vLLM has them, and for all else where callers do", () => {
    const sent = (path: string) => Vllm.rewrite(serverOf("vllm"), modelOf(), outgoing({ path })).path
    assert.deepStrictEqual(["/v1/tokenize", "/tokenize", "/v1/detokenize?a=b", "/v1/rerank", "/rerank"].map(sent), [
      "/tokenize",
      "/tokenize",
      "/detokenize?a=b",
      "/v1/rerank",
      "/rerank"
    ])
  })
})

const rig = Effect.gen(function*() {
  const engine = yield* StubEngine.start
  const backend = yield* Vllm.make(defaults)
  const model = modelOf({ engineName: "m", servers: [engine.url] })
  return { engine, backend, server: serverOf("vllm", { url: engine.url }), model }
}).pipe(Effect.provide(FetchHttpClient.layer))

const metrics = (body: string): StubEngine.Scripted => ({ status: 200, body })

/** `fast` observations under 100 ms and `slow` ones between 1 and 2.5 s, since the engine started. */
const histogram = (fast: number, slow: number, model = "m") =>
  [["0.1", fast], ["1.0", fast], ["2.5", fast + slow], ["+Inf", fast + slow]]
    .map(([le, count]) => `vllm:time_to_first_token_seconds_bucket{le="${le}",model_name="${model}"} ${count}`)
    .join("\n")

describe("Vllm, load", () => {
  it.effect("reads the gauges at once and the time to first token from the second reading", () =>
    Effect.gen(function*() {
      const { backend, engine, server } = yield* rig
      const model = modelOf({ engineName: "mistral31-24b" })
      const text = page("vllm-0.9.1/metrics.txt")
      engine.answers("/metrics", metrics(text))
      const gauges = { running: 12, waiting: 0, kvCache: 0.34375 }
      assert.deepStrictEqual((yield* backend.load(server, [model])).get("small"), gauges)
      yield* TestClock.adjust("1 second")
      // Twenty more, all between 100 and 250 ms.
      engine.answers(
        "/metrics",
        metrics(text.replaceAll(
          /(time_to_first_token_seconds_bucket\{engine="0",le="(?:\+Inf|[1-9]|0\.[257])[^}]*\}) (\d+)\.0/g,
          (_, series, count) => `${series} ${Number(count) + 20}.0`
        ))
      )
      const load = (yield* backend.load(server, [model])).get("small")
      assert.deepStrictEqual(load, { ...gauges, ttft: load?.ttft ?? -1 })
      assert.closeTo(load?.ttft ?? -1, 242.5, 1e-6)
    }))

  it.effect("forgets a slow minute when it has passed, and no millisecond before", () =>
    Effect.gen(function*() {
      const { backend, engine, model, server } = yield* rig
      const ttft = Effect.map(backend.load(server, [model]), (loads) => loads.get("small")?.ttft)
      engine.answers("/metrics", metrics(histogram(0, 0)))
      assert.isUndefined(yield* ttft)
      yield* TestClock.adjust("1 second")
      engine.answers("/metrics", metrics(histogram(0, 10)))
      assert.closeTo((yield* ttft) ?? -1, 2_425, 1e-6)
      yield* TestClock.adjust("59999 millis")
      assert.closeTo((yield* ttft) ?? -1, 2_425, 1e-6)
      engine.answers("/metrics", metrics(histogram(10, 10)))
      yield* TestClock.adjust("1 millis")
      assert.closeTo((yield* ttft) ?? -1, 95, 1e-6)
    }))

  it.effect("keeps the windows of servers apart", () =>
    Effect.gen(function*() {
      const { backend, engine, model, server } = yield* rig
      const other = yield* StubEngine.start
      for (const [fast, slow] of [[0, 0], [10, 0]] as const) {
        engine.answers("/metrics", metrics(histogram(fast, slow)))
        other.answers("/metrics", metrics(histogram(slow, fast)))
        yield* backend.load(server, [model])
        yield* backend.load({ ...server, url: other.url }, [model])
        yield* TestClock.adjust("1 second")
      }
      assert.closeTo((yield* backend.load(server, [model])).get("small")?.ttft ?? -1, 95, 1e-6)
      const theirs = yield* backend.load({ ...server, url: other.url }, [model])
      assert.closeTo(theirs.get("small")?.ttft ?? -1, 2_425, 1e-6)
    }))

  it.effect("has nothing to say of an engine that keeps its figures to itself", () =>
    Effect.gen(function*() {
      const { backend, engine, model, server } = yield* rig
      engine.answers("/metrics", metrics(page("vllm-0.32.0-disabled-stats/metrics.txt")))
      assert.strictEqual((yield* backend.load(server, [model])).size, 0)
    }))

  const failures: Array<readonly [scripted: StubEngine.Scripted, reason: string]> = [
    [{ status: 401, body: "" }, "unauthorised"],
    [{ status: 404, body: "" }, "unsupported"],
    [{ status: 503, body: "" }, "unhealthy"],
    ["cut", "unreachable"],
    ["endless", "malformed"]
  ]
  it.effect.each(failures)("fails with its reason: %j", ([scripted, reason]) =>
    Effect.gen(function*() {
      const { backend, engine, model, server } = yield* rig
      engine.answers("/metrics", scripted)
      assert.strictEqual((yield* Effect.flip(backend.load(server, [model]))).reason, reason)
    }))

  it.effect("gives a page two seconds, and hangs up", () =>
    Effect.gen(function*() {
      const { backend, engine, model, server } = yield* rig
      engine.answers("/metrics", "hang")
      const reading = yield* Effect.forkChild(Effect.flip(backend.load(server, [model])))
      yield* engine.asked
      yield* TestClock.adjust("1999 millis")
      assert.isUndefined(reading.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.strictEqual((yield* Fiber.join(reading)).reason, "unreachable")
      assert.strictEqual(yield* engine.abandoned, "/metrics")
    }))

  it.effect("aborts a reading when it is interrupted", () =>
    Effect.gen(function*() {
      const { backend, engine, model, server } = yield* rig
      engine.answers("/metrics", "hang")
      const reading = yield* Effect.forkChild(backend.load(server, [model]))
      yield* engine.asked
      yield* Fiber.interrupt(reading)
      assert.strictEqual(yield* engine.abandoned, "/metrics")
    }))
})
