import { assert, describe, it } from "@effect/vitest"
import { Arbitrary } from "effect"
import { runs, works } from "../../../core/test/fuzz/Fuzz.ts"
import { among, anyText, inherited, json, oneOf, pumped, textOf } from "../../../core/test/fuzz/Inputs.ts"
import { assertLinear } from "../../../core/test/fuzz/Work.ts"
import { canonical, read } from "../../src/LoadedModels.ts"

const fragments = [
  ...json,
  "\\",
  "\"models\":",
  "\"name\":",
  "null",
  "1",
  "mistral",
  "/",
  "latest",
  " "
]

const name = oneOf(textOf(["mistral", "HF.co", "/", ":", "7b", " ", ...inherited], 6), anyText)

describe("LoadedModels, fuzzed", () => {
  it.prop("knows every name by one spelling", [name], ([written]) => {
    const once = canonical(written)
    assert.strictEqual(canonical(once), once)
    assert.strictEqual(once, `${written}${/:[^/]*$/.test(written) ? "" : ":latest"}`.toLowerCase())
    assert.isTrue(read(JSON.stringify({ models: [{ name: written, size: 1 }] }))?.has(once))
  }, runs())

  it.prop("reads a page as JSON.parse does, or takes it for none", [
    Arbitrary.array(name, { maxLength: 4 }),
    oneOf(textOf(fragments), among(["[]", "{}", "{\"models\":[1]}", "{\"models\":{}}"]))
  ], ([names, rubble]) => {
    const body = JSON.stringify({ models: names.map((each) => ({ name: each })) })
    assert.deepStrictEqual(read(body), new Set(names.map(canonical)))
    const found = read(rubble)
    if (found !== undefined) assert.property(JSON.parse(rubble), "models")
  }, runs())

  it.prop("works in proportion to the page", [pumped(fragments)], ([input]) => {
    assertLinear(input, (text) => [read(text), canonical(text)])
  }, works)
})
