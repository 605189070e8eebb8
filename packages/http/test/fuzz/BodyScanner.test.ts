import { assert, describe, it } from "@effect/vitest"
import { Arbitrary } from "effect"
import { runs, works } from "../../../core/test/fuzz/Fuzz.ts"
import { bytesOf, cuts, oneOf, pumped, splits } from "../../../core/test/fuzz/Inputs.ts"
import { assertLinear } from "../../../core/test/fuzz/Work.ts"
import { BodyScanner } from "../../src/wire/BodyScanner.ts"
import { agree, outline } from "./Agreement.ts"
import { document, flawed, object, rubble, tokens } from "./Documents.ts"

const scan = (chunks: ReadonlyArray<Buffer>) => {
  const scanner = new BodyScanner()
  for (const chunk of chunks) scanner.push(chunk)
  return scanner.end()
}

describe("BodyScanner, fuzzed", () => {
  it.prop("reads every document as JSON.parse does", [document], ([text]) => {
    const bytes = Buffer.from(text)
    agree(bytes, scan([bytes]), text)
  }, runs(1_500))

  it.prop(
    "refuses what JSON.parse refuses, and with a declared error",
    [oneOf(bytesOf(oneOf(document, rubble)), Arbitrary.map(flawed, (text) => Buffer.from(text)))],
    ([bytes]) => agree(bytes, scan([bytes]), bytes.toString()),
    runs(1_500)
  )

  it.prop("tells truncated bodies from broken ones", [object, cuts], ([text, at]) => {
    const bytes = Buffer.from(text)
    for (const place of at) {
      const cut = bytes.subarray(0, place % bytes.length)
      const { _tag } = scan([cut])
      // A field that comes twice is told before the end is missed.
      assert.include(["Truncated", "Duplicate"], _tag, cut.toString())
    }
  }, runs(200))

  it.prop("says the same wherever a body is cut", [bytesOf(oneOf(document, rubble)), cuts], ([bytes, at]) => {
    const whole = outline(scan([bytes]))
    for (const chunks of splits(bytes, at)) assert.deepStrictEqual(outline(scan(chunks)), whole)
  }, runs(200))

  it.prop("works in proportion to the body, in one piece or many", [pumped(tokens)], ([input]) => {
    assertLinear(input, (text) => scan([Buffer.from(text)]))
    assertLinear(input, (text) => scan(Array.from(Buffer.from(text), (byte) => Buffer.of(byte))))
  }, works)
})
