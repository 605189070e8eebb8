import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { runs } from "../../../core/test/fuzz/Fuzz.ts"
import { among, anyText, json, oneOf, pumped, textOf } from "../../../core/test/fuzz/Inputs.ts"
import { assertLinear } from "../../../core/test/fuzz/Work.ts"
import { parse } from "../../src/chat/LooseJson.ts"

const fragments = [
  ...json,
  "\\",
  "\\\"",
  "\"a\":",
  "{\"a\":1}",
  "1",
  "true",
  " ",
  "  ",
  "\n",
  "\t",
  "```",
  "```json\n",
  "<think>",
  "</think>",
  "Here it is: "
]

const leaf = oneOf(among([0, -1.5, true, false, null, "", "a", "é \" \\ {[", "line\nend\ttab"]), anyText)

const nested = (inner: Arbitrary.Arbitrary<unknown>): Arbitrary.Arbitrary<unknown> =>
  oneOf<unknown>(
    leaf,
    Arbitrary.array(inner, { maxLength: 4 }),
    Arbitrary.map(
      Arbitrary.array(Arbitrary.all([among(["a", "b", "question", "__proto__"]), inner]), { maxLength: 4 }),
      (all) => Object.fromEntries(all)
    )
  )

const value = Arbitrary.map(nested(nested(nested(leaf))), (inner) => ({ found: inner }))

const wrapped = among<(json: string) => string>([
  (json) => json,
  (json) => `\`\`\`json\n${json}\n\`\`\``,
  (json) => `Sure!\n${json}\nAnything else?`,
  // Line ends as they are, in the middle of a text.
  (json) => json.replaceAll("line\\nend\\ttab", "line\nend\ttab"),
  (json) => `<think>{"found": 0} or [1]</think>${json}`,
  (json) => `<think>\`\`\`{}\`\`\`</think>\n\`\`\`\n${json}`
])

describe("LooseJson, fuzzed", () => {
  it.prop("finds what was written among what models write around it", [value, wrapped], ([written, wrap]) => {
    // Fences and thoughts within texts are the model's own fault.
    const json = JSON.stringify(written).replaceAll(/`|<\/?think>/g, "")
    assert.deepStrictEqual(parse(wrap(json))?.value, JSON.parse(json))
    assert.deepStrictEqual(parse(wrap(JSON.stringify(JSON.parse(json), null, 2)))?.value, JSON.parse(json))
  }, runs())

  it.prop("finds the beginning of what was cut off", [
    value,
    Schema.Int.check(Schema.isBetween({ minimum: 9, maximum: 400 }))
  ], ([
    written,
    at
  ]) => {
    const found = parse(JSON.stringify(written).slice(0, at))
    if (found !== undefined) assert.isTrue(typeof found.value === "object" && found.value !== null)
  }, runs())

  it.prop("finds JSON or nothing in any text", [oneOf(textOf(fragments, 40), anyText)], ([text]) => {
    const found = parse(text)
    if (found !== undefined) assert.deepStrictEqual(JSON.parse(JSON.stringify(found.value)), found.value)
  }, runs())

  // Long enough for the most beginnings that are tried, below which each more of them is one more look.
  const long = 2400

  it.prop("works in proportion to the text", [pumped(fragments)], ([input]) => {
    assertLinear(input, parse, long)
    assertLinear({ ...input, before: `{"a": ${input.before}` }, parse, long)
  }, runs(3))

  it("does not begin again at each bracket, blank or quote of a text that is no JSON", () => {
    for (const [before, unit] of [["", "{"], ["{\"a\": 1,", " "], ["{\"a\": \"", "\\\""]] as const) {
      assertLinear({ before, unit, after: "" }, parse, long)
    }
    assert.deepStrictEqual(parse("{\"a\": 1, \"b\\\"\" : ")?.value, { a: 1 })
  })
})
