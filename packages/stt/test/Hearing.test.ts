import { assert, describe, it } from "@effect/vitest"
import * as Hearing from "../src/speech/Hearing.ts"
import * as Utterances from "../src/speech/Utterances.ts"
import * as Joining from "../src/transcription/Joining.ts"

const segment = (start: number, end: number, text: string) => ({ start, end, text })

describe("What engines say that they heard", () => {
  it("is read from OpenAI's form, with its words where they belong", () => {
    const heard = Hearing.read({
      language: "french",
      segments: [{ start: 0, end: 1.5, text: " Bonjour à tous." }, { start: 1.5, end: 3, text: " Merci." }],
      words: [
        { word: "Bonjour", start: 0, end: 0.5 },
        { word: "à", start: 0.5, end: 0.7 },
        { word: "tous.", start: 0.7, end: 1.5 },
        { word: "Merci.", start: 1.6, end: 2.9 }
      ]
    }, 3)
    assert.strictEqual(heard?.language, "fr")
    assert.deepStrictEqual(heard?.segments.map(({ text, words }) => [text, words?.length]), [
      ["Bonjour à tous.", 3],
      ["Merci.", 1]
    ])
  })

  it("never goes back in time, overlaps, or leaves the piece", () => {
    const { segments } = Hearing.clean("en", [
      segment(0, 9, "One two."),
      segment(4, 5, "Three."),
      segment(2, 3, "Four."),
      segment(8, 99, "Five."),
      segment(-3, -1, "Six.")
    ], 10)
    for (const [index, { end, start }] of segments.entries()) {
      assert.isAtLeast(end, start)
      assert.isAtMost(end, 10)
      if (index > 0) assert.isAtLeast(start, segments[index - 1]!.end)
    }
    assert.deepStrictEqual(segments.map(({ text }) => text), ["One two.", "Three.", "Four.", "Five.", "Six."])
  })

  it("is nothing where it is empty, music, or the same sentence for ever", () => {
    const said = [segment(0, 1, "  "), segment(1, 2, "[Music]"), segment(2, 3, "♪ ♪"), segment(3, 4, " (applause) ")]
    assert.deepStrictEqual(Hearing.clean(null, said, 10).segments, [])
    const loop = Array.from({ length: 9 }, (_, index) => segment(index, index + 1, "Thank you."))
    assert.strictEqual(Hearing.clean(null, loop, 10).segments.length, 2)
  })

  it("is no answer at all when it has neither segments nor text", () => {
    for (const answer of [{}, null, "text", [], { segments: 3 }]) assert.isUndefined(Hearing.read(answer, 3))
    assert.strictEqual(Hearing.read({ text: "Hello." }, 3)?.segments.length, 1)
  })

  it("becomes sentences, by punctuation and pauses, and parts of words become words", () => {
    const parts = [" Mr", ".", " Dash", "wood", " is", " here", ".", " He", " left", "."]
    const found = Utterances.segments(parts.map((text, index) => ({ text, start: index, end: index + 1 })))
    assert.deepStrictEqual(found.map(({ text }) => text), ["Mr. Dashwood is here.", "He left."])
    assert.deepStrictEqual(found[0]!.words?.map(({ text }) => text), [" Mr.", " Dashwood", " is", " here."])
  })
})

describe("Pieces put together", () => {
  const piece = (start: number, end: number, ...segments: ReadonlyArray<ReturnType<typeof segment>>) => ({
    chunk: { start, end },
    heard: { language: "en", segments }
  })

  it("have absolute times", () => {
    const joined = Joining.join([piece(0, 20, segment(0, 5, "One.")), piece(30, 40, segment(1, 5, "Two."))])
    assert.deepStrictEqual(joined, [segment(0, 5, "One."), segment(31, 35, "Two.")])
  })

  it("make a sentence whole that the cut went through, and no other", () => {
    const joined = Joining.join([
      piece(0, 20, segment(0, 10, "Begun."), segment(10, 20, "And so it")),
      piece(20, 40, segment(0, 3, "went on."), segment(3, 6, "Then."))
    ])
    assert.deepStrictEqual(joined.map(({ text }) => text), ["Begun.", "And so it went on.", "Then."])
    const apart = Joining.join([piece(0, 20, segment(0, 20, "No end")), piece(25, 40, segment(0, 3, "new."))])
    assert.strictEqual(apart.length, 2)
  })
})
