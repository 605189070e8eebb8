import { assert, describe, it } from "@effect/vitest"
import { Arbitrary } from "effect"
import { runs, works } from "../../../core/test/fuzz/Fuzz.ts"
import { among, bytesOf, cuts, oneOf, pumped, splits } from "../../../core/test/fuzz/Inputs.ts"
import { assertLinear } from "../../../core/test/fuzz/Work.ts"
import { AnswerUsage } from "../../src/wire/AnswerUsage.ts"
import { EventStream } from "../../src/wire/EventStream.ts"
import { StreamUsage } from "../../src/wire/StreamUsage.ts"
import type { UsageReport } from "../../src/wire/Usage.ts"
import { document, rubble, tokens } from "./Documents.ts"

const figures = [
  "3",
  "0",
  "2147483647",
  "2147483648",
  "-1",
  "1.5",
  "1e3",
  "1e400",
  "\"5\"",
  "null",
  "true",
  "[1]",
  "{}"
]

const names = ["prompt_tokens", "completion_tokens", "input_tokens", "output_tokens", "total_tokens", "seconds", "type"]
const more = ["cache_read_input_tokens", "cache_creation_input_tokens", "\\u0070rompt_tokens"]

const figure = among(figures)

const object = (members: ReadonlyArray<readonly [string, string]>) =>
  `{${members.map(([name, value]) => `"${name}":${value}`).join(",")}}`

const usage = Arbitrary.map(
  Arbitrary.array(Arbitrary.all([among([...names, ...more]), oneOf(figure, among(["\"duration\""]))]), {
    maxLength: 5
  }),
  object
)

/** An answer, with its usage where engines put it, twice, nested, or nowhere. */
const answer = Arbitrary.map(
  Arbitrary.array(
    oneOf(
      Arbitrary.all([among(["usage", "us\\u0061ge", "response", "x"]), oneOf(usage, usage, figure, document)]),
      Arbitrary.all([among(["duration", "prompt_eval_count", "eval_count", "choices"]), figure]),
      Arbitrary.map(usage, (own): [string, string] => ["response", `{"usage":${own}}`])
    ),
    { maxLength: 5 }
  ),
  object
)

/** What may stand beside it and look like it. */
const beside = Arbitrary.map(
  Arbitrary.all([
    among(["response", "x", "\\\"usage", "\\\"usage\\\":{"]),
    oneOf(
      document,
      among(["\"usage\"", "[\"usage\",{}]", "{\"x\":{}}", "\"\\\\\""]),
      Arbitrary.map(usage, (own) => `{"usage":${own}}`),
      Arbitrary.map(usage, (own) => `[{"x":1,"usage":${own}},{}]`),
      Arbitrary.map(usage, (own) => JSON.stringify(`{"usage":${own}}`))
    )
  ]),
  ([name, value]): [string, string] => [name, value]
)

const onceAmongOthers = Arbitrary.map(
  Arbitrary.all([
    Arbitrary.array(beside, { maxLength: 3 }),
    among(["usage", "us\\u0061ge"]),
    usage,
    Arbitrary.array(beside, { maxLength: 3 })
  ]),
  ([before, name, own, after]) => object([...before, [name, own], ...after])
)

const any = bytesOf(oneOf(answer, answer, document, rubble))

const whole = (chunks: ReadonlyArray<Buffer>, longest?: number): UsageReport => {
  const reader = new AnswerUsage(longest)
  for (const chunk of chunks) reader.push(chunk)
  return reader.report()
}

const streamed = (chunks: ReadonlyArray<Buffer>): UsageReport => {
  const reader = new StreamUsage()
  const events = new EventStream((event) => reader.observe(event) !== "other")
  for (const chunk of chunks) events.push(chunk)
  events.end()
  return reader.report()
}

const assertPlausible = ({ absurd, completionTokens, promptTokens, seconds }: UsageReport) => {
  for (const count of [completionTokens, promptTokens]) {
    assert.isTrue(count === undefined || (Number.isInteger(count) && count >= 0 && count < 2 ** 31), String(count))
  }
  assert.isTrue(seconds === undefined || (seconds >= 0 && seconds <= 1e7))
  assert.isTrue(absurd.length <= 4 && absurd.every(({ value }) => value.length <= 40))
}

const count = (value: unknown) =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** 31 ? value : undefined

describe("AnswerUsage, fuzzed", () => {
  it.prop("believes no figure that cannot be, wherever the answer is cut", [any, cuts], ([bytes, at]) => {
    // The shorter limits have the answer's end searched.
    for (const longest of [undefined, 40, 5]) {
      const report = whole([bytes], longest)
      assertPlausible(report)
      for (const chunks of splits(bytes, at)) assert.deepStrictEqual(whole(chunks, longest), report)
    }
  }, runs(200))

  it.prop("reads the same from an event as from an answer, and what JSON.parse reads", [usage], ([own]) => {
    const report = whole([Buffer.from(`{"usage":${own}}`)])
    const event = streamed([Buffer.from(`data: {"choices":[],"usage":${own}}\n\n`)])
    assert.deepStrictEqual(event, report)
    const fields = JSON.parse(own) as Record<string, unknown>
    assert.strictEqual(report.completionTokens, count(fields["completion_tokens"]) ?? count(fields["output_tokens"]))
    if (fields["prompt_tokens"] !== undefined) {
      const input = count(fields["input_tokens"])
      const told = count(fields["prompt_tokens"])
      if (told !== undefined || input === undefined) {
        const total = report.completionTokens === undefined ? count(fields["total_tokens"]) : undefined
        assert.strictEqual(report.promptTokens, told ?? total)
      }
    }
  }, runs())

  it.prop("reads the same of a short answer as of a long one, which is read from its start", [
    onceAmongOthers,
    cuts
  ], ([text, at]) => {
    const bytes = Buffer.from(text)
    const long = whole([bytes, Buffer.alloc(9000, " ")])
    for (const chunks of [[bytes], ...splits(bytes, at)]) assert.deepStrictEqual(whole(chunks), long)
  }, runs())

  it.prop("believes no figure of a stream that cannot be, wherever it is cut", [any, cuts], ([bytes, at]) => {
    const events = Buffer.concat([Buffer.from("data: "), bytes, Buffer.from("\n\ndata: [DONE]\n\n")])
    const report = streamed([events])
    assertPlausible(report)
    for (const chunks of splits(events, at)) assert.deepStrictEqual(streamed(chunks), report)
  }, runs(200))

  it.prop("works in proportion to the answer", [pumped([...tokens, "\"usage\":{", "\"usage\"  "])], ([input]) => {
    assertLinear(input, (text) => whole([Buffer.from(text)]))
    assertLinear(input, (text) => whole([Buffer.from(text)], 40))
    assertLinear({ ...input, before: `data: ${input.before}` }, (text) => streamed([Buffer.from(text)]))
  }, works)

  it("does not read past its limit because the answer came in one piece", () => {
    const bytes = Buffer.from("{\"usage\":{\"prompt_tokens\":1},\"x\":{\"usage\":{\"prompt_tokens\":2}},\"y\":0}")
    for (const chunks of splits(bytes, [])) assert.strictEqual(whole(chunks, 40).promptTokens, 1)
  })
})
