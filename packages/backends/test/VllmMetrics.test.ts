import { assert, describe, it } from "@effect/vitest"
import { readingOf } from "../src/EngineReading.ts"
import { read } from "../src/VllmMetrics.ts"
import { page } from "./Wire.ts"

const of = (version: string, model: string) => readingOf(read(page(`${version}/metrics.txt`)), model)

/** Requests of the histogram by the upper bound of their bucket, cumulated; only the bounds where something happened. */
const observed = (version: string, model: string) => {
  const { bounds, counts } = of(version, model)!.ttft!
  return bounds.flatMap((bound, i) => counts[i] === (counts[i - 1] ?? 0) ? [] : [[bound, counts[i]]])
}

describe("VllmMetrics", () => {
  it("reads v0, where swapped requests wait too", () => {
    const model = "mistralai/Mistral-7B-Instruct-v0.3"
    const { kvCache, running, ttft, waiting } = of("vllm-0.6.1", model)!
    assert.deepStrictEqual({ kvCache, running, waiting }, { running: 7, waiting: 6, kvCache: 0.8125 })
    assert.strictEqual(ttft?.bounds.length, 17)
    assert.deepStrictEqual(observed("vllm-0.6.1", model), [
      [0.02, 3],
      [0.04, 15],
      [0.06, 35],
      [0.08, 49],
      [0.1, 55],
      [0.25, 58],
      [0.5, 59],
      [1, 60]
    ])
  })

  it("reads 0.9, which shows the cache under both of its names", () => {
    const { kvCache, running, waiting } = of("vllm-0.9.1", "mistral31-24b")!
    assert.deepStrictEqual({ kvCache, running, waiting }, { running: 12, waiting: 0, kvCache: 0.34375 })
    assert.deepStrictEqual(observed("vllm-0.9.1", "mistral31-24b"), [[0.25, 102], [0.5, 167], [0.75, 172], [1, 175], [
      2.5,
      178
    ]])
  })

  it("adds up the requests of data-parallel engines and takes the mean of their caches", () => {
    const model = "mistralai/Mistral-Small-3.1-24B-Instruct-2503"
    const { kvCache, running, waiting } = of("vllm-0.32.0", model)!
    assert.deepStrictEqual({ kvCache, running, waiting }, { running: 5, waiting: 3, kvCache: 0.5 })
    assert.deepStrictEqual(observed("vllm-0.32.0", model), [[0.1, 10], [0.25, 135], [0.5, 190], [0.75, 198], [
      2.5,
      200
    ]])
  })

  it("reads Ray's replicas under Ray's names", () => {
    const { kvCache, running, waiting } = of("vllm-0.32.0-ray", "mistral31-24b")!
    assert.deepStrictEqual({ kvCache, running, waiting }, { running: 5, waiting: 6, kvCache: 0.3125 })
    assert.deepStrictEqual(observed("vllm-0.32.0-ray", "mistral31-24b"), [[0.25, 39], [0.5, 50]])
  })

  it("reads nothing from an engine that keeps its figures to itself", () => {
    assert.strictEqual(read(page("vllm-0.32.0-disabled-stats/metrics.txt")).size, 0)
    assert.isUndefined(of("vllm-0.32.0-disabled-stats", "mistral31-24b"))
  })

  it("takes the only model of a page for the server, whichever of its names was asked for", () => {
    assert.deepStrictEqual(of("vllm-0.9.1", "an-adapter"), of("vllm-0.9.1", "mistral31-24b"))
  })

  it("tells the models of a shared page apart", () => {
    const shared = read("vllm:num_requests_running{model_name=\"a\"} 1\nvllm:num_requests_running{model_name=\"b\"} 2")
    assert.strictEqual(readingOf(shared, "b")?.running, 2)
    assert.isUndefined(readingOf(shared, "c"))
  })

  it("reads the underscore of relays that know no colon", () => {
    assert.strictEqual(readingOf(read("vllm_num_requests_running{model_name=\"m\"} 4"), "m")?.running, 4)
  })

  it("counts a repeated series once, with its last value, and the same figure under two names once", () => {
    const text = [
      "vllm:num_requests_running{engine=\"0\",model_name=\"m\"} 4",
      "vllm:num_requests_running{model_name=\"m\",engine=\"0\"} 5",
      "vllm_num_requests_running{engine=\"0\",model_name=\"m\"} 5"
    ].join("\n")
    assert.strictEqual(readingOf(read(text), "m")?.running, 5)
  })

  it("leaves out what is not a number and does not call it zero", () => {
    const text = "vllm:num_requests_running{model_name=\"m\"} NaN\nvllm:kv_cache_usage_perc{model_name=\"m\"} 0.5"
    assert.deepStrictEqual(readingOf(read(text), "m"), { kvCache: 0.5 })
  })

  it("does not take the waiting by reason for the waiting", () => {
    const text = "vllm:num_requests_waiting_by_reason{model_name=\"m\",reason=\"capacity\"} 3"
    assert.strictEqual(read(text).size, 0)
  })

  it("orders buckets by their bound, whatever the order of the page", () => {
    const bucket = (le: string, count: number) =>
      `vllm:time_to_first_token_seconds_bucket{le="${le}",model_name="m"} ${count}`
    const text = [bucket("+Inf", 9), bucket("0.5", 5), bucket("", 7), bucket("nonsense", 7), bucket("0.1", 2)].join(
      "\n"
    )
    assert.deepStrictEqual(readingOf(read(text), "m")?.ttft, { bounds: [0.1, 0.5, Infinity], counts: [2, 5, 9] })
  })
})
