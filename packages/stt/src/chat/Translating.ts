/** Texts into another language, as many as came in and in their order, whatever the model makes of it. */
import { Effect, Result, Schema } from "effect"
import type { Sentence } from "../enrichment/Version.ts"
import { languageName, promptsFor } from "../prompt/Prompts.ts"
import { ChatError, ChatModel, tokensOf } from "./ChatModel.ts"
import { answerOf, type Once } from "./Enriching.ts"
import * as Structured from "./Structured.ts"

export interface Direction {
  readonly from: string
  readonly to: string
}

/** Lines that a model keeps apart well. */
const batch = 15

const Lines = Schema.Union([
  Schema.Struct({ lines: Schema.Array(Schema.Union([Schema.String, Schema.Struct({ text: Schema.String })])) }),
  Schema.Array(Schema.String),
  Schema.Struct({ lines: Schema.Record(Schema.String, Schema.String) })
])

const textsOf = (answer: typeof Lines.Type): ReadonlyArray<string> => {
  const lines = "lines" in answer ? answer.lines : answer
  const list = Array.isArray(lines) ? lines as ReadonlyArray<string | { readonly text: string }> : Object.values(lines)
  return list.map((line) => (typeof line === "string" ? line : line.text).replace(/^\s*\[\d+\]\s*/, "").trim())
}

const Whole = Schema.Struct({ text: Schema.String })

/** One text, of any length that the window takes. */
const alone = Effect.fnUntraced(function*(
  text: string,
  { from, to }: Direction
): Effect.fn.Return<string, ChatError, ChatModel> {
  const { window } = yield* ChatModel
  const prompts = promptsFor(to)
  const names = [languageName(from, to), languageName(to, to)] as const
  return yield* Structured.ask({
    messages: [
      { role: "system", content: prompts.role },
      { role: "user", content: prompts.translatedText(text, ...names) }
    ],
    again: prompts.again,
    most: Math.min(answerOf(window), 200 + 3 * tokensOf(text)),
    schema: Whole,
    accept: (answer) =>
      answer.text.trim() === "" ? Result.fail(prompts.missing.text) : Result.succeed(answer.text.trim())
  })
})

/** Those that it cannot keep apart it is given in halves, and at last one by one. */
const together = (
  texts: ReadonlyArray<string>,
  direction: Direction
): Effect.Effect<ReadonlyArray<string>, ChatError, ChatModel> =>
  Effect.gen(function*() {
    if (texts.length === 0) return []
    if (texts.length === 1) return [yield* alone(texts[0]!, direction)]
    const { window } = yield* ChatModel
    const prompts = promptsFor(direction.to)
    const names = [languageName(direction.from, direction.to), languageName(direction.to, direction.to)] as const
    const lines = texts.map((text, index) => `[${index + 1}] ${text}`).join("\n")
    return yield* Structured.ask({
      messages: [
        { role: "system", content: prompts.role },
        { role: "user", content: prompts.translation(lines, ...names) }
      ],
      again: prompts.again,
      most: Math.min(answerOf(window), 200 + 3 * tokensOf(lines)),
      schema: Lines,
      accept: (answer) => {
        const found = textsOf(answer)
        return found.length === texts.length && found.every((text) => text !== "")
          ? Result.succeed(found)
          : Result.fail(prompts.missing.lines(texts.length))
      }
    }).pipe(
      Effect.catchIf(({ isPassing }) => !isPassing, () => {
        const half = Math.ceil(texts.length / 2)
        return Effect.map(
          Effect.all([together(texts.slice(0, half), direction), together(texts.slice(half), direction)]),
          ([one, other]) => [...one, ...other]
        )
      })
    )
  })

const batches = (texts: ReadonlyArray<string>, window: number): ReadonlyArray<ReadonlyArray<string>> => {
  const made: Array<Array<string>> = []
  let size = 0
  for (const text of texts) {
    const cost = tokensOf(text) + 6
    if (made.length === 0 || made.at(-1)!.length === batch || size + cost > answerOf(window) / 2) {
      made.push([])
      size = 0
    }
    made.at(-1)!.push(text)
    size += cost
  }
  return made
}

/** Empty texts stay empty and are not sent. `key` names them among what is kept. */
export const texts = Effect.fn("Translating.texts")(function*(
  given: ReadonlyArray<string>,
  direction: Direction,
  key: string,
  once: Once,
  onProgress: (share: number) => Effect.Effect<void> = () => Effect.void
): Effect.fn.Return<ReadonlyArray<string>, ChatError, ChatModel> {
  const { window } = yield* ChatModel
  const said = given.map((text) => text.trim())
  const full = said.filter((text) => text !== "")
  const parts = batches(full, window)
  let finished = 0
  const done = yield* Effect.forEach(
    parts,
    (part, index) =>
      Effect.tap(
        once(`${key} ${index}`, together(part, direction)),
        () => onProgress(++finished / parts.length)
      ),
    { concurrency: 4 }
  )
  const translated = done.flat()[Symbol.iterator]()
  return said.map((text) => text === "" ? "" : translated.next().value ?? "")
})

/** Their times stay; their words, which are those of another language, do not. */
export const sentences = (
  given: ReadonlyArray<Sentence>,
  direction: Direction,
  once: Once,
  onProgress?: (share: number) => Effect.Effect<void>
): Effect.Effect<ReadonlyArray<Sentence>, ChatError, ChatModel> =>
  Effect.map(
    texts(given.map(({ text }) => text), direction, "sentences", once, onProgress),
    (translated) => given.map(({ end, start }, index) => ({ start, end, text: translated[index] ?? "" }))
  )
