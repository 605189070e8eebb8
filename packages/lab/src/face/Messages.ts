/** Anthropic's messages, as tasks of a simulated engine: its events, its usage in two of them, its shape of an error. */
import type { FinishReason } from "../engine/Sequence.ts"
import type { Face, Task } from "./Face.ts"
import type { Question } from "./Question.ts"
import * as Questions from "./Question.ts"
import * as Refusal from "./Refusal.ts"
import * as Speech from "./Speech.ts"
import * as Voice from "./Voice.ts"

export const path = "/v1/messages"

/** Where the engine tells refusals in this shape. */
export const isHere = (path: string): boolean => path.startsWith("/v1/messages")

export const refusal = ({ message, type }: Refusal.Refusal): string =>
  JSON.stringify({ type: "error", error: { type, message } })

type Fields = Readonly<Record<string, unknown>>

/** Chat's body for the same: a `priority` is passed over, as by everybody who speaks this protocol. */
const translated = ({ max_tokens, messages, model, stream, system }: Fields): Fields => ({
  model,
  messages: system === undefined || !Array.isArray(messages)
    ? messages
    : [{ role: "system", content: system }, ...messages],
  max_tokens,
  stream
})

const event = (type: string, more: Fields): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`

const stopped = (reason: FinishReason) => reason === "length" ? "max_tokens" : "end_turn"

const voice = ({ model, promptTokens }: Question, number: number): Voice.Voice => {
  const message = (content: ReadonlyArray<unknown>, stop_reason: string | null, output_tokens: number) => ({
    id: `msg_simulated_${number}`,
    type: "message",
    role: "assistant",
    model,
    content,
    stop_reason,
    stop_sequence: null,
    usage: { input_tokens: promptTokens, output_tokens }
  })
  let stop: FinishReason = "stop"
  return {
    ...Voice.mute((tokens, reason) =>
      JSON.stringify(message([{ type: "text", text: Speech.say(tokens) }], stopped(reason), tokens))
    ),
    opening: event("message_start", { message: message([], null, 0) }) +
      event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
    token: (n, finished) => {
      stop = finished ?? stop
      return event("content_block_delta", { index: 0, delta: { type: "text_delta", text: Speech.token(n) } })
    },
    closing: (tokens) =>
      event("content_block_stop", { index: 0 }) +
      event("message_delta", {
        delta: { stop_reason: stopped(stop), stop_sequence: null },
        usage: { input_tokens: promptTokens, output_tokens: tokens }
      }) +
      event("message_stop", {}),
    done: "",
    word: Speech.token
  }
}

export const task: Task = (body, limits) => {
  if (typeof body !== "object" || body === null) return Refusal.badRequest("The body is not a JSON object.")
  const question = Questions.read("chat", translated(body as Fields), limits)
  if ("message" in question) return question
  const refused = refusal(Refusal.simulated(500))
  return {
    question,
    voice: (number) => ({ ...voice(question, number), failure: `event: error\n${Voice.event(refused)}`, refused })
  }
}

/** With the words of the protocol for what it refuses here, and the engine's own elsewhere. */
export const refusing = (elsewhere: Face["refusal"]): Face["refusal"] => (refused, path) =>
  isHere(path) && refused !== Refusal.unknownPath ? refusal(refused) : elsewhere(refused, path)
