/** What a chat model thinks of questions, one by one, beside the part of the transcript that they point at. */
import { Effect, Result, Schema } from "effect"
import type { Question, Transcript } from "../enrichment/Version.ts"
import { promptsFor } from "../prompt/Prompts.ts"
import { type ChatError, ChatModel } from "./ChatModel.ts"
import { answerOf, fits, type Once } from "./Enriching.ts"
import * as Structured from "./Structured.ts"

const Flag = Schema.optionalKey(Schema.NullOr(Schema.Boolean))

const Evaluation = Schema.Struct({
  isRelated: Flag,
  isSelfContained: Flag,
  isQuestion: Flag,
  languageIsClear: Flag,
  answersAreAllDifferent: Flag,
  fakeAnswersAreNotObvious: Flag,
  answersAreRelated: Flag,
  quizAboutConcept: Flag
})

type Evaluation = typeof Evaluation.Type

const secondsOf = (pointer: string): number =>
  pointer.split(":").reduce((seconds, part) => seconds * 60 + Number(part), 0)

/** Seconds before and after what a question points at. */
const around = 60

const contextOf = (question: Question, { sentences, text }: Transcript, window: number): string => {
  if (fits(text, window)) return text.trim()
  const { startAnswerPointer, stopAnswerPointer } = question.answerPointer
    ?? { startAnswerPointer: "00:00:00", stopAnswerPointer: "00:00:00" }
  const [from, to] = [secondsOf(startAnswerPointer) - around, secondsOf(stopAnswerPointer) + around]
  const near = sentences.filter(({ end, start }) => end >= from && start <= to).map((sentence) => sentence.text.trim())
  return near.join(" ").slice(0, window)
}

const written = ({ choices, explanation, question }: Question): string =>
  [
    question ?? "",
    ...choices.map(({ correctAnswer, optionText }) => `- ${optionText ?? ""}${correctAnswer === true ? " (✓)" : ""}`),
    explanation ?? ""
  ].join("\n")

export const evaluate = Effect.fn("Evaluating.evaluate")(function*(
  questions: ReadonlyArray<Question>,
  transcript: Transcript,
  once: Once,
  onProgress: (share: number) => Effect.Effect<void>
): Effect.fn.Return<ReadonlyMap<string, Evaluation>, ChatError, ChatModel> {
  const { window } = yield* ChatModel
  const prompts = promptsFor(transcript.language)
  let finished = 0
  const judged = yield* Effect.forEach(
    questions,
    (question) =>
      once(
        `evaluation ${question.id}`,
        Structured.ask({
          messages: [
            { role: "system", content: prompts.role },
            { role: "user", content: prompts.evaluation(written(question), contextOf(question, transcript, window)) }
          ],
          again: prompts.again,
          most: Math.min(400, answerOf(window)),
          schema: Evaluation,
          accept: (answer) =>
            Object.keys(answer).length === 0 ? Result.fail(prompts.missing.text) : Result.succeed(answer)
        })
      ).pipe(
        Effect.tap(() => onProgress(++finished / questions.length)),
        Effect.map((evaluation) => [question.id, evaluation] as const)
      ),
    { concurrency: 4 }
  )
  return new Map(judged)
})
