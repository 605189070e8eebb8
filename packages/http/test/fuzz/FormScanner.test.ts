import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect } from "effect"
import { runs, works } from "../../../core/test/fuzz/Fuzz.ts"
import { among, anyText, bytesOf, cuts, oneOf, pumped, splits, textOf } from "../../../core/test/fuzz/Inputs.ts"
import { assertLinear } from "../../../core/test/fuzz/Work.ts"
import { boundaryOf, contentTypeOf, isForm } from "../../src/wire/Boundary.ts"
import { describe as say, type FormError } from "../../src/wire/FormError.ts"
import { FormScanner, type ScannedForm } from "../../src/wire/FormScanner.ts"
import * as PartHead from "../../src/wire/PartHead.ts"
import { readByNode } from "../wire/RandomForm.ts"

const boundary = "x-y"

const scan = (chunks: ReadonlyArray<Buffer>): FormError | ScannedForm => {
  const scanner = new FormScanner(boundary)
  for (const chunk of chunks) scanner.push(chunk)
  return scanner.end()
}

const heads = [
  "Content-Disposition: form-data; name=\"model\"",
  "content-disposition:form-data; name=stream",
  "Content-Disposition: form-data; name=\"file\"; filename=\"a.wav\"",
  "Content-Disposition: form-data; name=\"priority\"",
  "Content-Disposition: form-data; name=\"routing_mode\"",
  "Content-Disposition: form-data; name=\"prompt\"",
  "Content-Type: text/plain; charset=utf-8"
]

/** What contents are made of: among it the boundary itself, whole and in parts, where it does not count. */
const contents = [
  "m",
  "é",
  "5",
  "true",
  "any",
  " ",
  "\r",
  "\n",
  "\r\n",
  "-",
  "--",
  `--${boundary}`,
  "\r\n--x",
  "\r\n--x-"
]

const content = Arbitrary.map(
  Arbitrary.array(among(contents), { maxLength: 6 }),
  (pieces) => pieces.join("").replaceAll(`\r\n--${boundary}`, "").replace(/^--/, "")
)

const part = Arbitrary.map(
  Arbitrary.all([Arbitrary.array(among(heads), { minLength: 1, maxLength: 2 }), oneOf(content, among(["m", "3"]))]),
  ([lines, value]) => `--${boundary}\r\n${lines.join("\r\n")}\r\n\r\n${value}\r\n`
)

const form = Arbitrary.map(
  Arbitrary.all([Arbitrary.array(part, { maxLength: 5 }), among(["\r\n", "", "rest"])]),
  ([parts, epilogue]) => `${parts.join("")}--${boundary}--${epilogue}`
)

const fragments = [
  ...heads,
  ...contents,
  `--${boundary}\r\n`,
  `\r\n--${boundary}`,
  `\r\n--${boundary}\r\n`,
  `--${boundary}--`,
  "\r\n\r\n",
  "; name=\"",
  ";",
  "\"",
  "\\",
  "\t",
  "\u0001",
  "X:",
  ": "
]

const any = bytesOf(oneOf(form, form, textOf(fragments)), "latin1")

describe("FormScanner, fuzzed", () => {
  it.prop("says the same wherever a form is cut, and never but what it declares", [any, cuts], ([bytes, at]) => {
    const whole = scan([bytes])
    if (whole._tag !== "ScannedForm") assert.isString(say(whole))
    for (const chunks of splits(bytes, at)) assert.deepStrictEqual(scan(chunks), whole)
  }, runs())

  it.effect.prop("never reads another field than Node's own parser", [any], ([bytes]) =>
    Effect.gen(function*() {
      const scanned = scan([bytes])
      if (scanned._tag !== "ScannedForm") return
      const whole = Buffer.concat([bytes.subarray(0, scanned.length), Buffer.from("\r\n")])
      const entries = yield* Effect.promise(() => readByNode(whole, contentTypeOf(boundary)))
      if (entries === undefined) return
      const named = (name: string) => entries.filter(([each]) => each === name).map(([, value]) => value)
      assert.deepStrictEqual(
        named("model").map((value) => value.trim() || undefined),
        scanned.parts.has("model") ? [scanned.model] : []
      )
      assert.strictEqual(scanned.priority, named("priority").filter((value) => value.trim() !== "").map(Number)[0])
      // A file whose head lost its file's name is a plain field, which Node's answer does not tell here.
      const files = bytes.toString("latin1").split("filename=\"a.wav\"").length - 1
      if (named("file").length !== files) return
      assert.strictEqual(
        scanned.file && bytes.subarray(scanned.file.start, scanned.file.end).toString("latin1"),
        named("file")[0]
      )
    }), runs())

  it.prop("works in proportion to the form", [pumped(fragments)], ([input]) => {
    const behind = { ...input, before: `--${boundary}\r\n${input.before}` }
    for (const each of [input, behind]) {
      assertLinear(each, (text) => scan([Buffer.from(text, "latin1")]))
    }
    assertLinear(behind, (text) => scan(Array.from(Buffer.from(text, "latin1"), (byte) => Buffer.of(byte))))
  }, works)
})

const types = [
  "multipart/form-data",
  ";",
  " ",
  "boundary",
  "=",
  "\"",
  "\\",
  "abc",
  "charset=utf-8",
  ",",
  "'",
  "\t",
  "--"
]

describe("A form's heads, fuzzed", () => {
  it.prop("name a boundary that can be written down again", [oneOf(textOf(types), anyText)], ([type]) => {
    for (const text of [type, `multipart/form-data;${type}`, `multipart/form-data; boundary=${type}`]) {
      isForm(text)
      const found = boundaryOf(text)
      if (found !== undefined) assert.strictEqual(boundaryOf(contentTypeOf(found)), found)
    }
  }, runs())

  it.prop("are read in proportion to their length", [pumped(types), pumped(fragments)], ([type, head]) => {
    assertLinear({ ...type, before: `multipart/form-data${type.before}` }, (text) => [isForm(text), boundaryOf(text)])
    assertLinear(head, PartHead.read)
    assertLinear({ ...head, before: `Content-Disposition: form-data${head.before}` }, PartHead.read)
  }, works)

  it("are not gone over again where a header ends in a character that it may not have", () => {
    assertLinear({ before: "X:", unit: " ", after: "\u0001" }, PartHead.read)
  })
})
