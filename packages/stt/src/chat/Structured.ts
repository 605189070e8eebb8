/** Asks for an answer of a certain form, and asks again, a few times at most, saying what was wrong with the last one. */
import { Effect, Predicate, Result, Schema } from "effect"
import { ChatError, ChatModel, type Message } from "./ChatModel.ts"
import * as LooseJson from "./LooseJson.ts"

export interface Wanted<S extends Schema.ConstraintDecoder<unknown>, A> {
  readonly messages: ReadonlyArray<Message>
  readonly most: number
  /** What is understood. */
  readonly schema: S
  /** What is asked for, where that is less: a model takes the shortest way that a schema leaves it. */
  readonly form?: Schema.Constraint
  /** The answer made fit for use, or what is wrong with it, in the language of the prompt. */
  readonly accept: (answer: S["Type"]) => Result.Result<A, string>
  /** Says to the model that its answer was no good; the reason is in it. */
  readonly again: (reason: string) => string
}

/** The first one included. */
const attempts = 3

/** More of a useless answer only costs room in the window. */
const quoted = 2000

/**
 * As OpenAI's strict mode wants it: every member named, and no others. With others allowed, llama.cpp's grammar lets a
 * small model go on with members of its own invention.
 */
const closed = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(closed)
  if (!Predicate.isReadonlyObject(schema)) return schema
  const found = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]))
  return Predicate.isReadonlyObject(found["properties"])
    ? { ...found, required: Object.keys(found["properties"]), additionalProperties: false }
    : found
}

const jsonSchemaOf = (schema: Schema.Constraint): unknown => {
  const { definitions, schema: found } = Schema.toJsonSchemaDocument(schema)
  return closed(Object.keys(definitions).length === 0 ? found : { ...found, $defs: definitions })
}

const judged = <S extends Schema.ConstraintDecoder<unknown>, A>(text: string, { accept, schema }: Wanted<S, A>) => {
  const found = LooseJson.parse(text)
  if (found === undefined) return Result.fail("no JSON")
  const decoded = Schema.decodeUnknownResult(schema)(found.value)
  // A list alone where an object with a list was asked for, or an object inside another, is meant well.
  return Result.isFailure(decoded) ? Result.fail(decoded.failure.message.slice(0, 500)) : accept(decoded.success)
}

export const ask = Effect.fn("Structured.ask")(function*<S extends Schema.ConstraintDecoder<unknown>, A>(
  wanted: Wanted<S, A>
): Effect.fn.Return<A, ChatError, ChatModel> {
  const chat = yield* ChatModel
  const schema = jsonSchemaOf(wanted.form ?? wanted.schema)
  let messages = wanted.messages
  for (let attempt = 1;; attempt++) {
    const text = yield* chat.ask({ messages, most: wanted.most, schema })
    const result = judged(text, wanted)
    if (Result.isSuccess(result)) return result.success
    if (attempt === attempts) {
      const message = `The chat model ${chat.name} answered ${attempts} times in a form that cannot be used`
      return yield* new ChatError({ message, isPassing: false })
    }
    messages = [
      ...wanted.messages,
      { role: "assistant", content: text.slice(0, quoted) || "-" },
      { role: "user", content: wanted.again(result.failure) }
    ]
  }
})
