import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Result } from "effect"
import { runs, works } from "../../../core/test/fuzz/Fuzz.ts"
import { among, anyText, bytesOf, inherited, json, oneOf, pumped, textOf } from "../../../core/test/fuzz/Inputs.ts"
import { assertLinear } from "../../../core/test/fuzz/Work.ts"
import type { Body } from "../../src/api/Body.ts"
import { flagOf, page } from "../../src/api/Inputs.ts"
import { parse } from "../../src/api/VersionForm.ts"
import * as TranscriptFile from "../../src/enrichment/TranscriptFile.ts"
import * as FetchHosts from "../../src/fetch/FetchHosts.ts"
import { Refusal } from "../../src/Refusal.ts"

const fragments = [
  ...json,
  "\\u0000",
  "\"language\":null",
  "\"text\":\"a\"",
  "\"sentences\":[]",
  "\"start\":",
  "\"question\":\"q\"",
  "\"choices\":",
  "\"answerPointer\":",
  "1e308",
  "99999999999",
  "-1",
  "\"1:2:3\"",
  "null",
  "true",
  " "
]

const transcript =
  "{\"language\":\"french\",\"text\":\"a\",\"sentences\":[{\"start\":0,\"end\":1,\"text\":\"a\",\"words\":[]}]}"

const pointer = among([
  "1",
  "-5",
  "1e300",
  "\"1:02:03\"",
  "\"99999999999999999999999:1:1\"",
  "\"x\"",
  "null",
  "\"12.5\"",
  "\" \""
])

const question = Arbitrary.map(
  Arbitrary.all([pointer, pointer]),
  ([start, stop]) =>
    `{"question":"q","choices":[{"optionText":"a","correctAnswer":true}],`
    + `"answerPointer":{"startAnswerPointer":${start},"stopAnswerPointer":${stop}}}`
)

const text = oneOf(
  question,
  textOf(fragments),
  Arbitrary.map(bytesOf(among([transcript])), (bytes) => bytes.toString()),
  among([transcript, ...inherited, "on", "FALSE", ""]),
  anyText
)

const value: Arbitrary.Arbitrary<unknown> = oneOf<unknown>(
  text,
  text,
  among<unknown>([null, 0, 1, true, [], {}, { toString: 1 }, ["on"], [{}]])
)

const names = [
  "transcript",
  "enrichmentVersionMetadata",
  "multipleChoiceQuestions",
  "notes",
  "translatedNotes",
  "translate"
]

const body = Arbitrary.map(
  Arbitrary.array(Arbitrary.all([among(names), value]), { maxLength: 5 }),
  (all): Body => ({ encoding: "form", values: Object.fromEntries(all), files: new Map() })
)

describe("VersionForm, fuzzed", () => {
  it.effect.prop("is read, or refused in words", [body], ([given]) =>
    Effect.gen(function*() {
      const outcome = yield* Effect.result(parse(given))
      if (Result.isFailure(outcome)) {
        assert.instanceOf(outcome.failure, Refusal)
        return assert.isNotEmpty(outcome.failure.errors)
      }
      for (const { answerPointer } of outcome.success.questions) {
        assert.match(
          `${answerPointer?.startAnswerPointer} ${answerPointer?.stopAnswerPointer}`,
          /^\d\d:\d\d:\d\d \d\d:\d\d:\d\d$/
        )
      }
      assert.isBoolean(outcome.success.translate)
    }), runs())

  it.prop("takes a text for a yes, a no or neither", [value], ([given]) => {
    assert.include([true, false, undefined], flagOf(given))
  }, runs())

  it.effect.prop(
    "reads a page's number, size and order, or refuses them",
    [text, text, text],
    ([size, number, order]) =>
      Effect.gen(function*() {
        const query = new URLSearchParams({ size, page: number, order })
        const outcome = yield* Effect.result(page(query, ["createdAt"], 50))
        if (Result.isFailure(outcome)) return assert.instanceOf(outcome.failure, Refusal)
        assert.isTrue(outcome.success.size >= 1 && outcome.success.size <= 1000 && outcome.success.page >= 1)
      }),
    runs()
  )

  it.prop("takes a file for a transcript, for another JSON or for none", [text], ([given]) => {
    const found = TranscriptFile.parse(given, "a.json")
    if (typeof found === "object") {
      assert.isTrue(TranscriptFile.areSentences(found.sentences))
      assert.notInclude(found.text, "\0")
    }
    for (const { address, port } of FetchHosts.parse(given)?.values() ?? []) {
      assert.isNotEmpty(address)
      assert.isTrue(port === undefined || Number.isInteger(port))
    }
  }, runs())

  it.prop("works in proportion to what is given", [pumped([...fragments, "=", ".", "a"])], ([input]) => {
    assertLinear(input, (given) => TranscriptFile.parse(given, ""))
    assertLinear(input, (given) => [FetchHosts.parse(given), flagOf(given)])
  }, works)

  it("takes no word of every object for a yes", () => {
    for (const given of [...inherited, { toString: 1 }]) assert.isUndefined(flagOf(given))
  })
})
