import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { parse } from "../src/PrometheusText.ts"

const read = (text: string) => parse(text).map(({ labels, name, value }) => [name, Object.fromEntries(labels), value])

const lines: Array<readonly [what: string, text: string, sample: ReadonlyArray<unknown> | undefined]> = [
  ["a bare name", "up 1", ["up", {}, 1]],
  ["blanks and tabs anywhere", "  up \t{ a = \"b\" ,\tc=\"d\" , }\t 2.5e-3  ", ["up", { a: "b", c: "d" }, 0.0025]],
  ["an empty set of labels", "up{} 1", ["up", {}, 1]],
  ["a timestamp", "up 1 1395066363000", ["up", {}, 1]],
  ["an exemplar", "h_bucket{le=\"1\"} 7 # {trace_id=\"a\"} 0.5 1.1", ["h_bucket", { le: "1" }, 7]],
  ["a carriage return", "up 1\r", ["up", {}, 1]],
  ["colons in a name", "vllm:x{model_name=\"m\"} 3.0", ["vllm:x", { model_name: "m" }, 3]],
  ["escapes", "x{a=\"q\\\"s\\\\b\\nn\\t\"} 1", ["x", { a: "q\"s\\b\nn\\t" }, 1]],
  ["braces and commas in a value", "x{a=\"},{ # \",b=\"=\"} 1", ["x", { a: "},{ # ", b: "=" }, 1]],
  ["a label named __proto__", "x{__proto__=\"a\"} 1", undefined],
  ["+Inf", "x +Inf", ["x", {}, Infinity]],
  ["-Inf", "x -Inf", ["x", {}, -Infinity]],
  ["a signed number", "x -4", ["x", {}, -4]],
  ["a value that is none", "x hello", undefined],
  ["a hexadecimal value", "x 0x10", undefined],
  ["no value", "x{a=\"b\"}", undefined],
  ["a label that never closes", "x{a=\"b} 1", undefined],
  ["a brace that never closes", "x{a=\"b\" 1", undefined],
  ["a trailing backslash", "x{a=\"b\\", undefined],
  ["labels without commas", "x{a=\"b\"c=\"d\"} 1", undefined],
  ["a digit in front", "9x 1", undefined],
  ["prose", "<html><body>502 Bad Gateway</body></html>", undefined]
]

describe("PrometheusText", () => {
  it.each(lines.filter(([what]) => !what.includes("__proto__")))("reads %s", (_, text, sample) => {
    assert.deepStrictEqual(read(text), sample === undefined ? [] : [sample])
  })

  it("takes a label named __proto__ for a label", () => {
    assert.strictEqual(parse("x{__proto__=\"a\"} 1")[0]?.labels.get("__proto__"), "a")
  })

  it("reads NaN", () => {
    assert.isNaN(parse("x NaN")[0]?.value)
  })

  it("passes over comments, empty and broken lines, and keeps the rest in order", () => {
    const text = "# HELP a A thing\n# TYPE a gauge\na 1\n\n   \nb{x=\"} 2\na 3\n# EOF\nc 4"
    assert.deepStrictEqual(read(text), [["a", {}, 1], ["a", {}, 3], ["c", {}, 4]])
  })

  it("looks only at the names that are asked for", () => {
    assert.deepStrictEqual(parse("a 1\nab 2\nb 3", (name) => name === "ab").map(({ value }) => value), [2])
  })

  it.prop("reads any page without throwing", [Schema.String], ([text]) => {
    parse(text)
    parse(`x{a="${text}`)
    parse(`x{${text}`)
  })

  it.prop("gives back any label value that was escaped by the rules", [Schema.String], ([value]) => {
    const escaped = value.replaceAll("\\", "\\\\").replaceAll("\"", "\\\"").replaceAll("\n", "\\n")
    // A lone carriage return at the very end of a line is a line's end, but a value is followed by its quote.
    assert.strictEqual(parse(`x{a="${escaped}"} 1`)[0]?.labels.get("a"), value)
  })

  it("takes a time in proportion to the page, whatever an engine makes of it", () => {
    // The first took minutes when a pattern went back over the digits that it had read.
    const long = 200_000
    assert.deepStrictEqual(parse(`x ${"1".repeat(long)}e\nup 1`).map(({ name }) => name), ["up"])
    assert.deepStrictEqual(parse(`x{a="${"\\".repeat(long + 1)}`), [])
    assert.deepStrictEqual(parse(`x${" ".repeat(long)}{${" ".repeat(long)}`), [])
    assert.deepStrictEqual(parse(`x{${"a=\"b\",".repeat(long / 5)}`), [])
    assert.deepStrictEqual(parse(`${"x".repeat(long)} ${" ".repeat(long)}1`).map(({ value }) => value), [1])
  })
})
