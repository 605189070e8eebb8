/** A chat model behind the dispatcher. Servers differ in how they can be held to a schema: the strictest way that works. */
import type { Usage } from "@aiguilleur/core/Work"
import { Effect, Layer, Option, Schema } from "effect"
import { type JobError, OwnJobs } from "../inference/OwnJobs.ts"
import { Settings } from "../Settings.ts"
import { ChatError, ChatModel, type Question } from "./ChatModel.ts"

const Answer = Schema.Struct({
  choices: Schema.Array(Schema.Struct({
    message: Schema.Struct({ content: Schema.optionalKey(Schema.NullOr(Schema.String)) })
  })),
  usage: Schema.optionalKey(Schema.NullOr(Schema.Struct({
    prompt_tokens: Schema.optionalKey(Schema.Finite),
    completion_tokens: Schema.optionalKey(Schema.Finite)
  })))
})

const decode = Schema.decodeUnknownOption(Answer)

const usageOf = (answer: unknown): Usage => {
  const usage = Option.getOrUndefined(decode(answer))?.usage
  const promptTokens = usage?.prompt_tokens
  const outputTokens = usage?.completion_tokens
  return { promptTokens, outputTokens, reported: promptTokens !== undefined && outputTokens !== undefined }
}

/** From the strictest to none. */
const manners: ReadonlyArray<(schema: unknown) => Record<string, unknown>> = [
  (schema) => ({ response_format: { type: "json_schema", json_schema: { name: "answer", schema, strict: true } } }),
  (schema) => ({ response_format: { type: "json_object", schema } }),
  () => ({})
]

const ofJob = ({ isPassing, message }: JobError) => new ChatError({ message, isPassing })

export const layer = (model: string) =>
  Layer.effect(
    ChatModel,
    Effect.gen(function*() {
      const jobs = yield* OwnJobs
      const { chatWindow } = yield* Settings
      /** What servers of this model refused once is not asked of them again. */
      let manner = 0

      const send = ({ messages, most }: Question, format: Record<string, unknown>) =>
        jobs.run({
          model,
          path: "/v1/chat/completions",
          body: { messages, max_tokens: most, temperature: 0.2, stream: false, ...format },
          work: { promptBytes: Buffer.byteLength(messages.map(({ content }) => content).join("")), maxTokens: most },
          usageOf
        })

      // Some say of a manner that they do not know it that something went wrong inside of them (llama-cpp-python's
      // server), so only a looser one that does better tells.
      const asked = (question: Question, tried = manner): Effect.Effect<unknown, JobError> =>
        question.schema === undefined
          ? send(question, {})
          : Effect.catchIf(
            send(question, manners[tried]!(question.schema)),
            ({ isRefusal }) => isRefusal && tried < manners.length - 1,
            () =>
              Effect.tap(asked(question, tried + 1), () =>
                Effect.sync(() => {
                  manner = Math.max(manner, tried + 1)
                }))
          )

      return ChatModel.of({
        name: model,
        window: chatWindow,
        isThere: jobs.has(model),
        ask: Effect.fn("DispatchedChat.ask")(function*(question) {
          const answer = yield* Effect.mapError(asked(question), ofJob)
          const content = Option.getOrUndefined(decode(answer))?.choices[0]?.message.content
          if (typeof content === "string") return content
          // No text is an answer as well: whoever asked asks again.
          if (content === null || Option.isSome(decode(answer))) return ""
          const message = `The chat model ${model} answers in a form that is not a chat completion`
          return yield* new ChatError({ message, isPassing: false })
        })
      })
    })
  )
