import { assert, describe, it } from "@effect/vitest"
import * as LooseJson from "../src/chat/LooseJson.ts"
import * as Quiz from "../src/chat/Quiz.ts"
import * as Windows from "../src/chat/Windows.ts"
import { promptsFor } from "../src/prompt/Prompts.ts"

describe("JSON as models write it", () => {
  it.each([
    ["plain", `{"a": 1}`, { a: 1 }],
    ["in a fence, among prose", "Sure!\n```json\n{\"a\": 1}\n```\nDone.", { a: 1 }],
    ["after thoughts that hold another", `<think>{"a": 0}</think>{"a": 1}`, { a: 1 }],
    ["with prose around", `The answer is {"a": [1, 2]} as you see.`, { a: [1, 2] }],
    ["with commas too many", `{"a": [1, 2,], }`, { a: [1, 2] }],
    ["cut off in a string", `{"a": "wor`, { a: "wor" }],
    ["cut off after a name", `{"a": 1, "b":`, { a: 1 }],
    ["cut off in a list", `{"a": ["x", "y"`, { a: ["x", "y"] }],
    ["with line ends in its strings", "{\"a\": \"x\ny\"}", { a: "x\ny" }],
    ["after brackets that are none", "[see] {\"a\": 1}", { a: 1 }]
  ])("is read: %s", (_, text, expected) => {
    assert.deepStrictEqual(LooseJson.parse(text)?.value, expected)
  })

  it("is none where there is none", () => {
    for (const text of ["", "No.", "}", "<think>{}"]) assert.isUndefined(LooseJson.parse(text), text)
  })
})

const part = Windows.numbered([
  { start: 3, end: 5.2, text: "Photosynthesis makes sugar." },
  { start: 5.2, end: 9, text: "It needs light and water." }
])

const asked = (more: Record<string, unknown>) =>
  Quiz.questionsOf(
    { questions: [{ question: "What does it need?", choices: ["Light", "Sand"], correct: 1, ...more }] },
    part
  )

describe("Questions as models write them", () => {
  it("have one right choice, named by number, letter, text or mark", () => {
    for (const correct of [1, "1", "A", "a)", "light"]) {
      const [question] = asked({ correct })
      assert.deepStrictEqual(question?.choices?.map(({ correctAnswer }) => correctAnswer), [true, false], `${correct}`)
    }
    const marked = asked({ correct: null, choices: [{ text: "Sand" }, { optionText: "Light", correctAnswer: true }] })
    assert.deepStrictEqual(marked[0]?.choices?.map(({ correctAnswer }) => correctAnswer), [false, true])
  })

  it("point at sentences that exist, found by their words where the model points at none", () => {
    assert.deepStrictEqual(asked({ first: 1, last: 2 })[0]?.answerPointer, {
      startAnswerPointer: "00:00:03",
      stopAnswerPointer: "00:00:09"
    })
    for (const wrong of [{}, { first: 77, last: 99 }, { first: "00:45:00" }, { first: -1 }]) {
      assert.strictEqual(
        asked({ ...wrong, explanation: "Light and water." })[0]?.answerPointer?.startAnswerPointer,
        "00:00:05"
      )
    }
  })

  it("may be of signs, if they ask something", () => {
    assert.lengthOf(asked({ question: "2 + 2 = ?", choices: ["4", "+"] }), 1)
  })

  it("are left out when they cannot be used", () => {
    for (
      const useless of [
        { question: "" },
        { question: "…" },
        { choices: ["One"] },
        { choices: ["Same", "Same"] },
        { correct: 9 },
        { correct: "neither" },
        { choices: null }
      ]
    ) assert.deepStrictEqual(asked(useless), [], JSON.stringify(useless))
  })
})

describe("Windows of a transcript", () => {
  it("take every sentence once, in order, and no more than they may", () => {
    const items = Windows.numbered(
      Array.from({ length: 200 }, (_, index) => ({ start: index, end: index + 1, text: "word ".repeat(index % 30) }))
    )
    const windows = Windows.windows(items, 300)
    assert.deepStrictEqual(windows.flat().map(({ number }) => number), items.map(({ number }) => number))
    for (const window of windows) assert.isAtMost(Windows.textOf(window).length / 3, 300)
  })

  it("cut a sentence that fits into none", () => {
    const [window] = Windows.windows(Windows.numbered([{ start: 0, end: 1, text: "x".repeat(100_000) }]), 300)
    assert.isAtMost(Windows.textOf(window!).length / 3, 300)
  })
})

describe("Prompts", () => {
  it("are in the language of the transcript, or in English with the wish to be answered in it", () => {
    assert.match(promptsFor("fr").role, /en français/)
    assert.match(promptsFor("de").role, /Answer in German/)
    assert.match(promptsFor(null).role, /^You prepare/)
  })
})
