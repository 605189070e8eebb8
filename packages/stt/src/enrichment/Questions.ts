/** Questions as workers and clients send them, made whole: ids of our own, and pointers that known clients can read. */
import { Effect, Schema } from "effect"
import * as Identifier from "../Identifier.ts"
import type { Metadata, Question } from "./Version.ts"

const Text = Schema.optionalKey(Schema.NullOr(Schema.String))
const Texts = Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.String)))
const Pointer = Schema.optionalKey(Schema.NullOr(Schema.Union([Schema.String, Schema.Finite])))

export const SentMetadata = Schema.Struct({
  title: Text,
  description: Text,
  topics: Texts,
  discipline: Text,
  mediaType: Text,
  translatedTitle: Text,
  translatedDescription: Text,
  translatedTopics: Texts
}).annotate({ identifier: "SentMetadata" })
export type SentMetadata = typeof SentMetadata.Type

export const SentQuestion = Schema.Struct({
  id: Text,
  question: Text,
  explanation: Text,
  translatedQuestion: Text,
  translatedExplanation: Text,
  choices: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.Struct({
    id: Text,
    optionText: Text,
    translatedOptionText: Text,
    correctAnswer: Schema.optionalKey(Schema.NullOr(Schema.Boolean))
  })))),
  answerPointer: Schema.optionalKey(
    Schema.NullOr(Schema.Struct({ startAnswerPointer: Pointer, stopAnswerPointer: Pointer }))
  )
}).annotate({ identifier: "SentQuestion" })
export type SentQuestion = typeof SentQuestion.Type

const two = (value: number) => String(value).padStart(2, "0")

/** The last that two digits of hours can say. */
const latest = 359_999

const clock = (seconds: number): string => {
  const whole = Math.min(Math.max(0, Math.floor(seconds)), latest)
  return [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60].map(two).join(":")
}

/** `HH:MM:SS` and nothing else, whatever the model wrote. */
const pointer = (given: string | number | null | undefined, otherwise: string): string => {
  if (typeof given === "number") return clock(given)
  const [, hours = "0", minutes, seconds] = /^\s*(?:(\d+):)?(\d+):(\d+)(?:[.,]\d+)?\s*$/.exec(given ?? "") ?? []
  if (minutes !== undefined && seconds !== undefined) {
    return clock(Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds))
  }
  const plain = given === null || given === undefined || given.trim() === "" ? Number.NaN : Number(given)
  return Number.isFinite(plain) ? clock(plain) : otherwise
}

/** One that is missing points at everything: a known client fails on a question without one. */
export const make = Effect.fnUntraced(function*(sent: ReadonlyArray<SentQuestion>, endsAt: number) {
  const questions: Array<Question> = []
  for (const { answerPointer, choices, ...given } of sent) {
    const made: Array<Question["choices"][number]> = []
    for (const choice of choices ?? []) {
      made.push({
        id: yield* Identifier.make,
        optionText: choice.optionText ?? null,
        translatedOptionText: choice.translatedOptionText ?? null,
        correctAnswer: choice.correctAnswer ?? null,
        thumbUp: null
      })
    }
    questions.push({
      id: yield* Identifier.make,
      question: given.question ?? null,
      translatedQuestion: given.translatedQuestion ?? null,
      explanation: given.explanation ?? null,
      translatedExplanation: given.translatedExplanation ?? null,
      choices: made,
      answerPointer: {
        startAnswerPointer: pointer(answerPointer?.startAnswerPointer, "00:00:00"),
        stopAnswerPointer: pointer(answerPointer?.stopAnswerPointer, clock(endsAt))
      },
      evaluation: null,
      thumbUp: null,
      userFeedback: null
    })
  }
  return questions
})

export const metadataOf = (sent: SentMetadata): Metadata => ({
  title: sent.title ?? null,
  translatedTitle: sent.translatedTitle ?? null,
  description: sent.description ?? null,
  translatedDescription: sent.translatedDescription ?? null,
  topics: sent.topics ?? [],
  translatedTopics: sent.translatedTopics ?? [],
  discipline: sent.discipline ?? null,
  mediaType: sent.mediaType ?? null,
  thumbUpTitle: null,
  thumbUpDescription: null,
  thumbUpTopics: null,
  thumbUpDiscipline: null,
  thumbUpMediaType: null,
  userFeedback: null
})
