import { assert, describe, it } from "@effect/vitest"
import { Arbitrary } from "effect"
import { runs, works } from "../../../core/test/fuzz/Fuzz.ts"
import { among, anyText, inherited, oneOf, pumped } from "../../../core/test/fuzz/Inputs.ts"
import { assertLinear } from "../../../core/test/fuzz/Work.ts"
import * as Language from "../../src/enrichment/Language.ts"
import { read } from "../../src/speech/Hearing.ts"
import { segments as spoken } from "../../src/speech/Utterances.ts"

const texts = ["a", " Bonjour.", "[Music]", "(...", "♪♪", "*", " ", "", "a.", "…\"", "M."]

const said: Arbitrary.Arbitrary<unknown> = oneOf<unknown>(among(texts), anyText, among([null, 7]))
const time: Arbitrary.Arbitrary<unknown> = among<unknown>([0, 1, 1.5, -3, 29.999, 31, 1e308, -1e308, null, "1", NaN])

const word = Arbitrary.map(
  Arbitrary.all([said, time, time, among(["word", "text"])]),
  ([text, start, end, name]) => ({ [name]: text, start, end })
)

const words = Arbitrary.array(word, { maxLength: 4 })

const segment = Arbitrary.map(
  Arbitrary.all([said, time, time, oneOf<unknown>(words, among([null, undefined]))]),
  ([text, start, end, own]) => ({ text, start, end, ...(own === undefined ? {} : { words: own }) })
)

const answer: Arbitrary.Arbitrary<unknown> = oneOf<unknown>(
  Arbitrary.map(
    Arbitrary.all([
      said,
      Arbitrary.array(segment, { maxLength: 5 }),
      words,
      oneOf<unknown>(said, among([...inherited, "french", "fr-FR"]))
    ]),
    ([text, all, own, language]) => ({ text, segments: all, words: own, language })
  ),
  among<unknown>([null, "text", [], {}, { text: "a" }, { text: null }, { segments: null, text: "b" }]),
  anyText
)

/** Numbers that mean something, so that the schema lets most answers pass. */
const seconds = 30

describe("Hearing, fuzzed", () => {
  it.prop("makes true whatever an engine says, or takes it for no answer", [answer], ([said]) => {
    const heard = read(said, seconds)
    if (heard === undefined) return
    assert.isTrue(heard.language === null || heard.language.length <= 255)
    let last = 0
    for (const { end, start, text, words = [] } of heard.segments) {
      assert.isTrue(start >= last && end >= start && end <= seconds, `${last}, ${start}, ${end}`)
      last = start
      assert.match(text, /[\p{L}\p{N}]/u)
      let before = start
      for (const each of words) {
        assert.isTrue(each.start >= before && each.end >= each.start && each.end <= end)
        before = each.start
      }
    }
  }, runs())

  it.prop("names a language by one code", [
    oneOf(anyText, among([...inherited, "French", "fr-FR", " fr ", "castilian", ""]))
  ], ([name]) => {
    const once = Language.normalise(name)
    assert.strictEqual(Language.normalise(once), once)
    assert.isTrue(once === null ? name.trim() === "" : once.length <= 255)
  }, runs())

  it.prop(
    "works in proportion to a text and to the number of its words",
    [pumped([...texts, ")", "]", "(", "\""])],
    ([input]) => {
      assertLinear(input, (text) => read({ text }, seconds))
      assertLinear(
        input,
        (text) => read({ segments: [...text].map((each, at) => ({ text: each, start: at, end: at })) }, 1e4)
      )
      assertLinear(input, (text) => spoken([...text].map((each, at) => ({ text: each, start: at, end: at }))))
      assertLinear(input, (text) => spoken([{ text, start: 0, end: 1 }]))
    },
    works
  )
})
