/** Metadata, questions and notes of a transcript, however long it is: by parts where it exceeds the model's window. */
import { Effect, Result, Schema } from "effect"
import type { SentMetadata, SentQuestion } from "../enrichment/Questions.ts"
import type { Sentence } from "../enrichment/Version.ts"
import type { Prompts } from "../prompt/Prompts.ts"
import { promptsFor } from "../prompt/Prompts.ts"
import { type ChatError, ChatModel, tokensOf } from "./ChatModel.ts"
import * as Quiz from "./Quiz.ts"
import * as Structured from "./Structured.ts"
import * as Windows from "./Windows.ts"
import { isEmpty } from "./Wording.ts"

export interface Subject {
  readonly language: string | null
  readonly sentences: ReadonlyArray<Sentence>
  readonly disciplines: ReadonlyArray<string>
  readonly mediaTypes: ReadonlyArray<string>
}

/** Results of parts that were finished before a process was killed. */
export type Once = <A>(
  key: string,
  work: Effect.Effect<A, ChatError, ChatModel>
) => Effect.Effect<A, ChatError, ChatModel>

/** Tokens that an answer may take, where the window has room for it. */
export const answerOf = (window: number): number => Math.min(1500, Math.floor(window / 3))

/** What a prompt says beside the transcript, and room for one answer that was no good. */
const around = 900

const room = (window: number): number => Math.max(200, window - answerOf(window) - around)

const Text = Schema.optionalKey(Schema.NullOr(Schema.String))

const trimmed = (text: string | null | undefined): string => (text ?? "").trim()

const asked = (prompts: Prompts, content: string) => ({
  messages: [{ role: "system", content: prompts.role }, { role: "user", content }] as const,
  again: prompts.again
})

const Summary = Schema.Struct({ summary: Schema.String })

const summarise = (prompts: Prompts, text: string) =>
  Effect.flatMap(ChatModel, ({ window }) =>
    Structured.ask({
      ...asked(prompts, prompts.summary(text)),
      most: Math.floor(answerOf(window) / 2),
      schema: Summary,
      accept: ({ summary }) => isEmpty(summary) ? Result.fail(prompts.missing.text) : Result.succeed(summary.trim())
    }))

/** Short enough for one question: the transcript itself, or what its parts come to, as often as it takes. */
const condensed = Effect.fn("Enriching.condensed")(function*(
  prompts: Prompts,
  sentences: ReadonlyArray<Sentence>,
  once: Once
): Effect.fn.Return<string, ChatError, ChatModel> {
  const { window } = yield* ChatModel
  let items = Windows.numbered(sentences)
  for (let round = 0; round < 5; round++) {
    const parts = Windows.windows(items, room(window))
    if (parts.length <= 1) return items.map(({ sentence }) => sentence.text.trim()).join(round === 0 ? " " : "\n\n")
    const summaries = yield* Effect.forEach(
      parts,
      (part, index) =>
        once(
          `summary ${round} ${index}`,
          summarise(prompts, part.map(({ sentence }) => sentence.text.trim()).join(" "))
        ),
      { concurrency: 4 }
    )
    items = Windows.numbered(summaries.map((text) => ({ start: 0, end: 0, text })))
  }
  return items.map(({ sentence }) => sentence.text).join("\n\n").slice(0, room(window) * 2)
})

const Metadata = Schema.Struct({
  title: Text,
  description: Text,
  topics: Schema.optionalKey(Schema.NullOr(Schema.Union([Schema.Array(Schema.String), Schema.String]))),
  discipline: Text,
  mediaType: Text
})

const mostTopics = 12

const oneOf = (list: ReadonlyArray<string>) =>
  list.length === 0 ? Schema.Null : Schema.NullOr(Schema.Literals(list as [string, ...Array<string>]))

const formOf = (disciplines: ReadonlyArray<string>, mediaTypes: ReadonlyArray<string>) =>
  Schema.Struct({
    title: Schema.String,
    description: Schema.String,
    topics: Schema.Array(Schema.String).check(Schema.isMinLength(1), Schema.isMaxLength(mostTopics)),
    discipline: oneOf(disciplines),
    mediaType: oneOf(mediaTypes)
  })

/** Only what is on the list, as it is written there. */
const among = (list: ReadonlyArray<string>, given: string | null | undefined): string | null => {
  const wanted = trimmed(given).toLowerCase()
  return list.find((item) => item.trim().toLowerCase() === wanted) ?? null
}

const topicsOf = (given: typeof Metadata.Type["topics"]): ReadonlyArray<string> => {
  const list = typeof given === "string" ? given.split(/[,;\n]/) : given ?? []
  return [...new Set(list.map((topic) => topic.trim()).filter((topic) => !isEmpty(topic)))].slice(0, mostTopics)
}

const unquoted = (text: string): string => text.replace(/^["'«“\s]+|(?<!["'»”\s])["'»”\s]+$/g, "")

export const metadata = Effect.fn("Enriching.metadata")(function*(
  { disciplines, language, mediaTypes, sentences }: Subject,
  once: Once
): Effect.fn.Return<SentMetadata, ChatError, ChatModel> {
  const { window } = yield* ChatModel
  const prompts = promptsFor(language)
  const text = yield* condensed(prompts, sentences, once)
  return yield* once(
    "metadata",
    Structured.ask({
      ...asked(prompts, prompts.metadata(text, { disciplines, mediaTypes })),
      most: answerOf(window),
      schema: Metadata,
      form: formOf(disciplines, mediaTypes),
      accept: (answer): Result.Result<SentMetadata, string> => {
        const title = unquoted(trimmed(answer.title))
        if (isEmpty(title)) return Result.fail(prompts.missing.title)
        if (isEmpty(answer.description)) return Result.fail(prompts.missing.description)
        return Result.succeed({
          title: title.slice(0, 255),
          description: trimmed(answer.description),
          topics: topicsOf(answer.topics),
          discipline: among(disciplines, answer.discipline),
          mediaType: among(mediaTypes, answer.mediaType)
        })
      }
    })
  )
})

/** Of the whole recording; a long one has a few more. */
const fewest = 3
const most = 10

export const quiz = Effect.fn("Enriching.quiz")(function*(
  { language, sentences }: Subject,
  once: Once
): Effect.fn.Return<ReadonlyArray<SentQuestion>, ChatError, ChatModel> {
  const { window } = yield* ChatModel
  const prompts = promptsFor(language)
  const parts = Windows.windows(Windows.numbered(sentences), room(window))
  const total = Math.min(most, Math.max(fewest, parts.length))
  const each = Math.max(1, Math.ceil(total / parts.length))
  const made = yield* Effect.forEach(
    parts.slice(0, most),
    (part, index) =>
      once(
        `quiz ${index}`,
        Structured.ask({
          ...asked(prompts, prompts.quiz(Windows.textOf(part), each)),
          most: answerOf(window),
          schema: Quiz.Answer,
          form: Quiz.formOf(each),
          accept: (answer) => {
            const questions = Quiz.questionsOf(answer, part).slice(0, each)
            return questions.length === 0 ? Result.fail(prompts.missing.questions) : Result.succeed(questions)
          }
        })
      ),
    { concurrency: 4 }
  )
  return made.flat()
})

const Notes = Schema.Struct({ notes: Schema.Union([Schema.String, Schema.Array(Schema.String)]) })

export const notes = Effect.fn("Enriching.notes")(function*(
  { language, sentences }: Subject,
  once: Once
): Effect.fn.Return<string, ChatError, ChatModel> {
  const { window } = yield* ChatModel
  const prompts = promptsFor(language)
  const parts = Windows.windows(Windows.numbered(sentences), room(window))
  const made = yield* Effect.forEach(
    parts,
    (part, index) =>
      once(
        `notes ${index}`,
        Structured.ask({
          ...asked(prompts, prompts.notes(part.map(({ sentence }) => sentence.text.trim()).join(" "))),
          most: answerOf(window),
          schema: Notes,
          form: Schema.Struct({ notes: Schema.String }),
          accept: (answer) => {
            const text = typeof answer.notes === "string" ? answer.notes : answer.notes.join("\n")
            return isEmpty(text) ? Result.fail(prompts.missing.text) : Result.succeed(text.trim())
          }
        })
      ),
    { concurrency: 4 }
  )
  return made.join("\n\n")
})

/** Whether a question with so long a text would go into the window. */
export const fits = (text: string, window: number): boolean => tokensOf(text) <= room(window)
