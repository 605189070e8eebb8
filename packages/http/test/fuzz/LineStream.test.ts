import { assert, describe, it } from "@effect/vitest"
import { runs, works } from "../../../core/test/fuzz/Fuzz.ts"
import { bytesOf, cuts, pumped, splits, textOf } from "../../../core/test/fuzz/Inputs.ts"
import { assertLinear } from "../../../core/test/fuzz/Work.ts"
import { Oversize } from "../../src/wire/EventStream.ts"
import { LineStream } from "../../src/wire/LineStream.ts"
import { LineUsage, textOf as lineOf } from "../../src/wire/LineUsage.ts"

const fragments = [
  "{\"message\":{\"content\":\"a\"},\"done\":false}\n",
  "{\"done\":true,\"prompt_eval_count\":3,\"eval_count\":5}\n",
  "{\"error\":\"gone\"}\n",
  "\n",
  "\r\n",
  "{",
  "}",
  "\"",
  "\"error\"",
  "\"done\"",
  ":",
  "true",
  " ",
  "\t",
  "\"response\":\"",
  "é"
]

const any = bytesOf(textOf(fragments))

const relay = (chunks: ReadonlyArray<Buffer>, limit?: number) => {
  const seen: Array<readonly [kind: string, line: string]> = []
  const usage = new LineUsage()
  const stream = new LineStream((event) => {
    usage.observe(event)
    return seen.push([event.kind, lineOf(event)]) > 0
  }, limit)
  const passed = chunks.map((chunk) => stream.push(chunk))
  const out = passed.map((each) => each instanceof Oversize ? each.passed : each)
  return {
    seen,
    oversize: passed.some((each) => each instanceof Oversize),
    bytes: Buffer.concat([...out, stream.end()]).toString("latin1"),
    usage: usage.report(),
    tokens: usage.outputTokens(false)
  }
}

describe("LineStream, fuzzed", () => {
  it.prop("sees the same lines wherever a stream is cut, and lets every byte pass", [any, cuts], ([bytes, at]) => {
    const whole = relay([bytes])
    assert.strictEqual(whole.bytes, bytes.toString("latin1"))
    assert.deepStrictEqual(
      whole.seen.map(([, line]) => line),
      bytes.toString().split(/(?<=\n)/).filter((line) => line !== "")
    )
    for (const chunks of splits(bytes, at)) assert.deepStrictEqual(relay(chunks), whole)
  }, runs())

  it.prop("counts as many tokens as were told, and no absurd ones", [any], ([bytes]) => {
    const { tokens, usage: { completionTokens = 0, promptTokens = 0 } } = relay([bytes])
    for (const count of [tokens, completionTokens, promptTokens]) {
      assert.isTrue(Number.isInteger(count) && count >= 0 && count < 2 ** 31)
    }
  }, runs(200))

  it.prop("works in proportion to the stream", [pumped(fragments)], ([input]) => {
    assertLinear(input, (text) => relay([Buffer.from(text)]))
    assertLinear(input, (text) => relay(Array.from(Buffer.from(text), (byte) => Buffer.of(byte))))
  }, works)

  it("does not look for a brace beyond its line", () => {
    assertLinear({ before: "", unit: "\n", after: "" }, (text) => relay([Buffer.from(text)]))
    assertLinear({ before: "", unit: "{\n", after: "" }, (text) => relay([Buffer.from(text)]))
  })
})
