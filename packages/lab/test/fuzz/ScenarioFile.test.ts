import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Result } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { runs, works } from "../../../core/test/fuzz/Fuzz.ts"
import { among, anyText, bytesOf, inherited, oneOf, pumped, textOf } from "../../../core/test/fuzz/Inputs.ts"
import { assertLinear } from "../../../core/test/fuzz/Work.ts"
import { decode, parse } from "../../src/scenario/ScenarioFile.ts"
import { kill, policy, scale, span } from "../../src/scenario/Variation.ts"

const folder = new URL("../../../../fixtures/scenarios/", import.meta.url)

const shipped = readdirSync(folder).filter((name) => name.endsWith(".yaml")).map((name) =>
  readFileSync(new URL(name, folder), "utf8")
)

const fragments = [
  "name: a\n",
  "models:",
  "servers: ",
  "arrivals: ",
  "kind: closed",
  "users: 15",
  "prompt: ",
  "{ from: 1, to: 2 }",
  "\n",
  "\n  ",
  "- ",
  "a",
  ": ",
  "? ",
  "{",
  "}",
  "[",
  "]",
  ", ",
  "'",
  "\"",
  "\\",
  "&a ",
  "*a",
  "*b ",
  "<<: ",
  "<<: *a",
  "<<: 1\n",
  "!!int ",
  "| \n",
  "---\n",
  "# ",
  "1e400",
  ".nan",
  ...inherited.map((name) => `${name}: 1\n`)
]

/** One line of a shipped scenario says something else. */
const edited = Arbitrary.map(
  Arbitrary.all([among(shipped), among(Array.from({ length: 40 }, (_, line) => line)), textOf(fragments, 3)]),
  ([text, at, inserted]) => {
    const lines = text.split("\n")
    lines[at % lines.length] = (lines[at % lines.length] ?? "").replace(/(?<=: ).*$/, () => inserted)
    return lines.join("\n")
  }
)

const text = oneOf(
  edited,
  Arbitrary.map(bytesOf(among(shipped)), (bytes) => bytes.toString()),
  textOf(fragments),
  anyText
)

const words = textOf(["gpu-1", "@", "+", "=", "12:00", "90s", "1.5", "h", "ms", "least-busy", "none", "a", " "], 6)

const whole = Result.getOrThrow(parse(shipped[0]!))

describe("ScenarioFile, fuzzed", () => {
  it.prop("is a scenario, or a list of problems", [text], ([given]) => {
    const outcome = parse(given)
    if (Result.isFailure(outcome)) {
      assert.strictEqual(outcome.failure._tag, "ScenarioError")
      assert.isNotEmpty(outcome.failure.problems)
      return assert.isNotEmpty(outcome.failure.message)
    }
    const { columns, models, populations, servers } = outcome.success
    for (const list of [columns, models, populations, servers]) assert.isNotEmpty(list)
  }, runs(80))

  it.prop("varies as it is asked to, or says how to ask", [words], ([asked]) => {
    const outcomes: ReadonlyArray<Result.Result<unknown, string>> = [
      kill(whole, asked),
      scale(whole, asked),
      policy(asked)
    ]
    for (const outcome of outcomes) {
      if (Result.isFailure(outcome)) assert.include(outcome.failure, "expected")
    }
    const length = span(asked)
    assert.isTrue(length === undefined || (Number.isFinite(length) && length >= 0))
  }, runs())

  it.prop("takes work in proportion to its length", [pumped(fragments)], ([input]) => {
    assertLinear(input, parse)
    assertLinear(input, (asked) => [kill(whole, asked), scale(whole, asked), policy(asked)])
  }, works)

  it("compares no key or name with all others", () => {
    const distinct = (text: string) => Array.from(text, (_, at) => `a${at}: 1\n`).join("")
    assertLinear({ before: "", unit: "a", after: "" }, (text) => parse(distinct(text)))
    const { message } = Result.getOrElse(Result.flip(parse("a: { b: 1, b: 2 }")), () => assert.fail())
    assert.include(message, "Map keys must be unique at line 1, column 12")
  })

  it("takes no mapping for a name, however many hold one another", () => {
    const { problems } = Result.getOrElse(Result.flip(parse("? ".repeat(800))), () => assert.fail())
    assert.include(problems[0]?.message, "A key must be a plain name")
    assertLinear({ before: "", unit: "? ", after: "" }, parse)
  })

  it("says what is wrong with aliases that lead nowhere or back, and with what cannot be merged", () => {
    for (const given of ["a: *b", "a: &a [*a]", "<<: 1", "a: &a {a: *a}\nname: *a", "&a [*a,*a]"]) {
      const outcome = parse(given)
      assert.isTrue(Result.isFailure(outcome) && outcome.failure.problems.length > 0, given)
    }
    const circle: Record<string, unknown> = {}
    circle["name"] = circle
    assert.isTrue(Result.isFailure(decode(circle)))
  })
})
