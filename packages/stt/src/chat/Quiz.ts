/** Questions as a model writes them, made such that clients can use them: one right choice, and pointers that exist. */
import { Schema } from "effect"
import type { SentQuestion } from "../enrichment/Questions.ts"
import type { Numbered } from "./Windows.ts"
import { isEmpty } from "./Wording.ts"

const Loose = Schema.optionalKey(Schema.NullOr(Schema.Union([Schema.Finite, Schema.String])))
const Text = Schema.optionalKey(Schema.NullOr(Schema.String))

const Choice = Schema.Union([
  Schema.String,
  Schema.Struct({
    text: Text,
    optionText: Text,
    correct: Schema.optionalKey(Schema.NullOr(Schema.Boolean)),
    correctAnswer: Schema.optionalKey(Schema.NullOr(Schema.Boolean))
  })
])

const Question = Schema.Struct({
  question: Text,
  explanation: Text,
  choices: Schema.optionalKey(Schema.NullOr(Schema.Array(Choice))),
  correct: Loose,
  first: Loose,
  last: Loose
})

const Listed = Schema.Struct({ questions: Schema.Array(Question) })

/** A list alone, or one question alone, is understood as well. */
export const Answer = Schema.Union([Listed, Schema.Array(Question), Question])

const choices = 4

const Line = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9_999 }))

const Asked = Schema.Struct({
  question: Schema.String,
  choices: Schema.Array(Schema.String).check(Schema.isMinLength(choices), Schema.isMaxLength(choices)),
  correct: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: choices })),
  explanation: Schema.String,
  first: Line,
  last: Line
})

/** As the prompt says it: so many, since a small model may not know when to end. */
export const formOf = (count: number) =>
  Schema.Struct({ questions: Schema.Array(Asked).check(Schema.isMinLength(1), Schema.isMaxLength(count)) })

type Answer = typeof Answer.Type
type Given = typeof Question.Type

const listOf = (answer: Answer): ReadonlyArray<Given> => {
  if ("questions" in answer) return answer.questions
  return Array.isArray(answer) ? answer as ReadonlyArray<Given> : [answer as Given]
}

const numberOf = (value: number | string | null | undefined): number => {
  if (typeof value === "number") return value
  const [digits] = /\d+/.exec(value ?? "") ?? []
  return digits === undefined ? Number.NaN : Number(digits)
}

interface Option {
  readonly text: string
  readonly marked: boolean
}

const optionsOf = ({ choices }: Given): ReadonlyArray<Option> => {
  const found = (choices ?? []).map((choice): Option =>
    typeof choice === "string" ? { text: choice.trim(), marked: false } : {
      text: (choice.text ?? choice.optionText ?? "").trim(),
      marked: choice.correct === true || choice.correctAnswer === true
    }
  )
  // A known client keeps choices by their text: two alike would be one.
  return found.filter(({ text }, index) => text !== "" && found.findIndex((other) => other.text === text) === index)
}

/** The one that is named by its number, its letter or its text. */
const rightOf = (options: ReadonlyArray<Option>, correct: Given["correct"]): number => {
  const marked = options.findIndex((option) => option.marked)
  if (marked >= 0) return marked
  if (typeof correct === "string") {
    const said = correct.trim()
    const same = options.findIndex(({ text }) => text.toLowerCase() === said.toLowerCase())
    if (same >= 0) return same
    if (/^[a-h]\b/i.test(said)) return said.toLowerCase().charCodeAt(0) - 97
  }
  const number = numberOf(correct)
  if (number >= 1 && number <= options.length) return number - 1
  return number === 0 ? 0 : -1
}

const wordsOf = (text: string): ReadonlySet<string> => new Set(text.toLowerCase().match(/\p{L}{4,}/gu) ?? [])

/** The sentence that shares most words with the question and its answer. */
const nearest = (part: ReadonlyArray<Numbered>, text: string): Numbered => {
  const wanted = wordsOf(text)
  let best = part[0]!
  let most = -1
  for (const item of part) {
    const shared = [...wordsOf(item.sentence.text)].filter((word) => wanted.has(word)).length
    if (shared > most) {
      most = shared
      best = item
    }
  }
  return best
}

const two = (value: number): string => String(value).padStart(2, "0")

const clock = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds))
  return [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60].map(two).join(":")
}

const pointerOf = (given: Given, part: ReadonlyArray<Numbered>, text: string) => {
  const [first, last] = [numberOf(given.first), numberOf(given.last)]
  const from = part.find(({ number }) => number === first) ?? nearest(part, text)
  const named = part.find(({ number }) => number === last)
  const to = named === undefined || named.number < from.number ? from : named
  return { startAnswerPointer: clock(from.sentence.start), stopAnswerPointer: clock(Math.ceil(to.sentence.end)) }
}

/** Those that can be used. `part`: the sentences that the model was shown. */
export const questionsOf = (answer: Answer, part: ReadonlyArray<Numbered>): ReadonlyArray<SentQuestion> =>
  listOf(answer).flatMap((given): ReadonlyArray<SentQuestion> => {
    const question = (given.question ?? "").trim()
    const options = optionsOf(given)
    const right = rightOf(options, given.correct)
    // Of choices, a mere sign may be the right one.
    if (isEmpty(question) || options.length < 2 || right < 0 || right >= options.length) return []
    const explanation = (given.explanation ?? "").trim() || options[right]!.text
    return [{
      question,
      explanation,
      choices: options.map(({ text }, index) => ({ optionText: text, correctAnswer: index === right })),
      answerPointer: pointerOf(given, part, `${question} ${options[right]!.text} ${explanation}`)
    }]
  })
