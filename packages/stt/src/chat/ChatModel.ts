/** The port of a model that reads and writes: messages in, a text out, and how much of both it takes. */
import { Context, type Effect, Schema } from "effect"

export interface Message {
  readonly role: "system" | "user" | "assistant"
  readonly content: string
}

export interface Question {
  readonly messages: ReadonlyArray<Message>
  /** Tokens of the answer at most. */
  readonly most: number
  /** JSON Schema of the answer, for servers that can hold a model to it; absent for plain text. */
  readonly schema?: unknown
}

/** The message is for whoever wanted the work. */
export class ChatError extends Schema.TaggedError<ChatError>()("ChatError", {
  message: Schema.String,
  isPassing: Schema.Boolean
}) {}

export class ChatModel extends Context.Service<ChatModel, {
  readonly name: string
  /** Tokens of question and answer together. */
  readonly window: number
  /** Whether it can be asked at all now. */
  readonly isThere: Effect.Effect<boolean>
  readonly ask: (question: Question) => Effect.Effect<string, ChatError>
}>()("@aiguilleur/stt/ChatModel") {}

/** About three and a half characters of a European language to a token; rather too many than too few. */
export const tokensOf = (text: string): number => Math.ceil(text.length / 3)
