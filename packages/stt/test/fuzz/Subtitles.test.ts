import { assert, describe, it } from "@effect/vitest"
import { Arbitrary } from "effect"
import { runs, works } from "../../../core/test/fuzz/Fuzz.ts"
import { among, anyText, bytesOf, oneOf, pumped, textOf } from "../../../core/test/fuzz/Inputs.ts"
import { assertLinear } from "../../../core/test/fuzz/Work.ts"
import { ofText } from "../../src/media/MediaType.ts"
import * as Encoding from "../../src/subtitle/Encoding.ts"
import { parse, textOf as whole } from "../../src/subtitle/Parsing.ts"
import { render } from "../../src/subtitle/Rendering.ts"

const fragments = [
  "WEBVTT",
  "\n",
  "\r\n",
  "\n\n",
  "1",
  "12\n",
  "00:00:01,000 --> 00:00:02.5\n",
  "01:02",
  " --> ",
  "1:2.3 --> 4:5",
  "NOTE ",
  "STYLE\n",
  "<i>",
  "</i>",
  "<",
  ">",
  "{\\an8}",
  "{\\",
  "}",
  "&lt;",
  "&amp;",
  "-->",
  "\ufeff",
  "\t ",
  "é",
  "Bonjour."
]

const file = oneOf(textOf(fragments), textOf(fragments, 60), anyText)

/** Hundredths, so that nothing is rounded. */
const time = Arbitrary.map(
  Arbitrary.all([among([0, 1, 59, 3599, 3600, 359_998]), among([0, 0.01, 0.5, 0.99])]),
  ([seconds, rest]) => Math.round((seconds + rest) * 100) / 100
)

const words = among(["a", "5 %", "été", "what?", "x – y", "3 > 2", "- no", "(laughs)"])

const cue = Arbitrary.map(
  Arbitrary.all([time, time, Arbitrary.array(words, { minLength: 1, maxLength: 4 })]),
  ([start, end, text]) => ({ start, end, text: text.join(" ") })
)

describe("Subtitles, fuzzed", () => {
  it.prop("are read or not at all, with times that can be and texts that say something", [file], ([text]) => {
    for (const { end, start, text: said } of parse(text) ?? []) {
      assert.isTrue(Number.isFinite(start) && start >= 0 && Number.isFinite(end) && end >= 0)
      assert.strictEqual(said, said.trim())
      assert.isNotEmpty(said)
    }
    assert.isString(whole(parse(text) ?? []))
  }, runs())

  it.prop("are the same with any line ends and with a mark before them", [file], ([text]) => {
    const unix = text.replace(/^\ufeff/, "").replaceAll(/\r\n?/g, "\n")
    const read = parse(unix)
    assert.deepStrictEqual(parse(unix.replaceAll("\n", "\r\n")), read)
    assert.deepStrictEqual(parse(`\ufeff${unix}`), read)
  }, runs())

  it.prop("are read as they were written", [
    Arbitrary.array(cue, { minLength: 1, maxLength: 5 }),
    among(["srt", "vtt"] as const)
  ], ([
    cues,
    format
  ]) => assert.deepStrictEqual(parse(render(cues, format)), cues), runs())

  it.prop("are decoded from any bytes, those of a text as they were", [bytesOf(file)], ([bytes]) => {
    for (
      const marked of [
        bytes,
        Buffer.concat([Buffer.of(0xff, 0xfe), bytes]),
        Buffer.concat([Buffer.of(0xfe, 0xff), bytes])
      ]
    ) {
      assert.isBoolean(Encoding.isText(marked))
      assert.isString(Encoding.decode(marked))
      assert.include([undefined, "text/vtt", "application/x-subrip", "text/plain"], ofText(marked)?.mime)
    }
  }, runs())

  it.prop("take work in proportion to their length", [pumped(fragments)], ([input]) => {
    assertLinear(input, parse)
    assertLinear({ ...input, before: `00:01 --> 00:02\n${input.before}` }, parse)
    assertLinear(input, (text) => ofText(Buffer.from(text)))
  }, works)

  it("are not searched again from each angle or bracket that never closes, nor from each of many line ends", () => {
    for (const unit of ["<", "{\\"]) assertLinear({ before: "00:01 --> 00:02\n", unit, after: "" }, parse)
    assertLinear({ before: "1", unit: "\n", after: "x" }, (text) => ofText(Buffer.from(text)))
    assert.deepStrictEqual(parse("00:01 --> 00:02\n1 < 2 <i>yes</i>"), [{ start: 1, end: 2, text: "1 < 2 yes" }])
  })
})
