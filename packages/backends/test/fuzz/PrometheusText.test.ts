import { assert, describe, it } from "@effect/vitest"
import { Arbitrary } from "effect"
import { runs, works } from "../../../core/test/fuzz/Fuzz.ts"
import { among, anyText, inherited, oneOf, pumped, textOf } from "../../../core/test/fuzz/Inputs.ts"
import { assertLinear } from "../../../core/test/fuzz/Work.ts"
import { readingOf } from "../../src/EngineReading.ts"
import * as HistogramWindow from "../../src/HistogramWindow.ts"
import * as LmDeployMetrics from "../../src/LmDeployMetrics.ts"
import { parse } from "../../src/PrometheusText.ts"
import * as VllmMetrics from "../../src/VllmMetrics.ts"

const names = [
  "vllm:num_requests_running",
  "vllm:num_requests_waiting",
  "vllm:num_requests_swapped",
  "vllm_kv_cache_usage_perc",
  "ray_vllm_gpu_cache_usage_perc",
  "vllm:time_to_first_token_seconds_bucket",
  "lmdeploy:num_requests_running",
  "lmdeploy:num_api_requests_waiting",
  "up"
]

const values = ["0", "3", "-5", "0.5", "1e308", "-1e308", "1e400", "NaN", "+Inf", "-Inf", "1_000", "0x10", ""]
const bounds = ["0.1", "0.5", "1", "+Inf", "Inf", "inf", "-Infinity", "-1", "NaN", "", " ", "1e400", "1"]
const models = ["m", "other", "", ...inherited]

const sample = Arbitrary.map(
  Arbitrary.all([among(names), among(models), among(["0", "1"]), among(bounds), among(values)]),
  ([name, model, engine, le, value]) => {
    const bucket = name.endsWith("_bucket") ? `,le="${le}"` : ""
    return `${name}{engine="${engine}",model_name="${model}"${bucket}} ${value}`
  }
)

const fragments = [
  ...names,
  "{",
  "}",
  "\"",
  "\\",
  "\\n",
  "=",
  ",",
  " ",
  "\t",
  "\n",
  "\r\n",
  "#",
  "model_name=\"m\"",
  "le=\"",
  "1",
  ".",
  "e+",
  "-",
  "_"
]

const line = oneOf(sample, sample, sample, textOf(fragments, 12), anyText)

const page = Arbitrary.map(Arbitrary.array(line, { maxLength: 12 }), (lines) => lines.join("\n"))

const engines = [VllmMetrics.read, LmDeployMetrics.read]

const isFinite = (value: number | undefined) => value === undefined || Number.isFinite(value)

const listed = (text: string) => parse(text).map(({ labels, name, value }) => [name, [...labels], value])

describe("PrometheusText, fuzzed", () => {
  it.prop("reads each line as it would alone", [page], ([text]) => {
    assert.deepStrictEqual(listed(text), text.split("\n").flatMap(listed))
    assert.deepStrictEqual(listed(text.replaceAll("\n", "\r\n")), listed(text))
  }, runs())

  it.prop("gives back what was written by the rules", [anyText, among(["3", "0.5", "-2", "1e3"])], ([text, value]) => {
    const label = text.replaceAll("\\", "\\\\").replaceAll("\"", "\\\"").replaceAll("\n", "\\n")
    assert.deepStrictEqual(listed(`a{b="${label}"} ${value}`), [["a", [["b", text]], Number(value)]])
  }, runs())

  it.prop("makes figures of any page that can be counted with, or none", [page], ([text]) => {
    for (const read of engines) {
      for (const { kvCache, running, ttft, waiting } of read(text).values()) {
        assert.isTrue(isFinite(running) && isFinite(waiting), `${running}, ${waiting}`)
        assert.isTrue(kvCache === undefined || (kvCache >= 0 && kvCache <= 1))
        if (ttft === undefined) continue
        assert.strictEqual(ttft.bounds.length, ttft.counts.length)
        assert.isTrue(ttft.bounds.every((bound, i) => bound >= 0 && bound > (ttft.bounds[i - 1] ?? -1)))
        assert.isTrue(ttft.counts.every(Number.isFinite))
      }
    }
  }, runs())

  it.prop("tells a time to the first token that can pass, or none", [page, page], ([before, after]) => {
    for (const read of engines) {
      const readings = [before, after].map((text) => readingOf(read(text), "m")?.ttft ?? HistogramWindow.nothing)
      const window = readings.reduce(
        (self, reading, at) => HistogramWindow.push(self, at, reading),
        HistogramWindow.push(HistogramWindow.make(60_000), -1, HistogramWindow.nothing)
      )
      const p95 = HistogramWindow.quantile(window, 2)
      assert.isTrue(p95 === undefined || (Number.isFinite(p95) && p95 >= 0), String(p95))
    }
  }, runs())

  it.prop("works in proportion to the page", [pumped(fragments)], ([input]) => {
    assertLinear(input, (text) => parse(text))
    assertLinear(input, (text) => engines.map((read) => read(text)))
  }, works)

  it("knows no figure where an engine's numbers are beyond all numbers, nor a time before the beginning", () => {
    const running = "vllm:num_requests_running{engine=\"0\"} 1e308\nvllm:num_requests_running{engine=\"1\"} 1e308"
    assert.deepStrictEqual([...VllmMetrics.read(running).values()], [{}])
    const bucket = "vllm:time_to_first_token_seconds_bucket"
    const [reading] = VllmMetrics.read(`${bucket}{le="-Infinity"} 9\n${bucket}{le="1"} 9`).values()
    assert.deepStrictEqual(reading?.ttft?.bounds, [1])
  })

  it("adds what waits elsewhere to a queue that is empty", () => {
    const page = "lmdeploy:num_requests_waiting 0\nlmdeploy:num_api_requests_waiting 5"
    assert.deepStrictEqual([...LmDeployMetrics.read(page).values()], [{ waiting: 5 }])
  })
})
