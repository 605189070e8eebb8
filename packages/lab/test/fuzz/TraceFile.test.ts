import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Result } from "effect"
import { runs, works } from "../../../core/test/fuzz/Fuzz.ts"
import { among, anyText, inherited, oneOf, pumped, textOf } from "../../../core/test/fuzz/Inputs.ts"
import { assertLinear } from "../../../core/test/fuzz/Work.ts"
import * as Csv from "../../src/scenario/Csv.ts"
import { columns, parse } from "../../src/scenario/TraceFile.ts"

const head = [...columns, "routing_mode"].join(",")

const cell = oneOf(
  among([
    "",
    "0",
    "1",
    "3.5",
    "-1",
    "1e400",
    "2027-03-01T08:00:00Z",
    "any",
    "a",
    "\"b,c\"",
    "\"d\"\"e\"",
    "\"f\ng\"",
    ...inherited
  ]),
  anyText
)

const good = among([
  "0,u,k,m,1,10,5,",
  "1.5,u,k,m,0,,,any",
  "2027-03-01T08:00:00Z,u,\"k,2\",m,3,1,0,private-only"
])

const numbers = among(["3.5", "-1", "0", "1e400", "-1e400", "NaN", "1e3", "1e-3", " "])

/** A good one but for one cell. */
const spoilt = Arbitrary.map(
  Arbitrary.all([good, among([0, 1, 4, 5, 6, 7]), oneOf(cell, numbers, numbers)]),
  ([text, at, said]) => text.split(",").toSpliced(at, 1, said).join(",")
)

const row = oneOf(
  good,
  good,
  good,
  spoilt,
  Arbitrary.map(Arbitrary.array(cell, { maxLength: 9 }), (cells) => cells.join(","))
)

const file = Arbitrary.map(
  Arbitrary.all([among([head, head, head, columns.slice(1).join(",")]), Arbitrary.array(row, { maxLength: 6 })]),
  ([first, rows]) => [first, ...rows].join("\n")
)

const fragments = ["\"", "\"\"", ",", "\n", "\r\n", " ", "a", "1", head, "0,u,k,m,1,10,5\n"]

/** Cells as a program writes them, each in quotes. */
const table = Arbitrary.array(
  Arbitrary.array(oneOf(textOf(["a", "\"", ",", "\n", " "], 5), anyText), { minLength: 2, maxLength: 4 }),
  { maxLength: 5 }
)

describe("TraceFile, fuzzed", () => {
  it.prop("is a trace, or a list of problems", [oneOf(file, file, textOf(fragments), anyText)], ([text]) => {
    const outcome = parse(text)
    if (Result.isFailure(outcome)) return assert.isNotEmpty(outcome.failure.problems)
    for (const { at, output, priority, prompt } of outcome.success) {
      assert.isTrue(Number.isFinite(at) && Number.isInteger(priority) && priority >= 0)
      for (const tokens of [prompt ?? 1, output ?? 0]) assert.isTrue(Number.isInteger(tokens) && tokens >= 0)
    }
  }, runs())

  it.prop("gives back the cells that were written by the standard", [table], ([rows]) => {
    const quoted = rows.map((cells) => cells.map((cell) => `"${cell.replaceAll("\"", "\"\"")}"`).join(","))
    for (const end of ["\n", "\r\n"]) {
      const read = Csv.parse(quoted.join(end))
      assert.deepStrictEqual(read.map(({ cells }) => cells), rows.map((cells) => cells.map((cell) => cell.trim())))
    }
  }, runs())

  it.prop("takes work in proportion to its length", [pumped(fragments)], ([input]) => {
    assertLinear(input, Csv.parse)
    assertLinear({ ...input, before: `${head}\n${input.before}` }, parse)
  }, works)
})
