/** OpenAI's responses, as a task of a simulated engine: named events, the usage in the last. */
import type { FinishReason } from "../engine/Sequence.ts"
import type { Task } from "./Face.ts"
import type { Question } from "./Question.ts"
import * as Questions from "./Question.ts"
import * as Refusal from "./Refusal.ts"
import * as Speech from "./Speech.ts"
import * as Voice from "./Voice.ts"

type Fields = Readonly<Record<string, unknown>>

const textOf = (value: unknown): string => typeof value === "string" ? value : JSON.stringify(value ?? "")

/** Chat's body for the same. */
const translated = ({ input, instructions, max_output_tokens, model, priority, stream }: Fields): Fields => ({
  model,
  messages: [
    ...(instructions === undefined ? [] : [{ role: "system", content: textOf(instructions) }]),
    { role: "user", content: textOf(input) }
  ],
  max_tokens: max_output_tokens,
  stream,
  ...(priority !== undefined && { priority })
})

/** Numbers the events of one stream. */
const numbered = () => {
  let sequence_number = 0
  return (type: string, more: Fields): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence_number++, ...more })}\n\n`
}

const voice = (question: Question, number: number, created_at: number): Voice.Voice => {
  const event = numbered()
  const place = { item_id: `msg_simulated_${number}`, output_index: 0, content_index: 0 }
  const part = (text: string) => ({ type: "output_text", text, annotations: [], logprobs: null })
  const item = (text: string, status: string) => ({
    id: place.item_id,
    type: "message",
    role: "assistant",
    status,
    content: text === "" ? [] : [part(text)]
  })
  const response = (status: string, more: Fields) => ({
    id: `resp_simulated_${number}`,
    object: "response",
    created_at,
    model: question.model,
    status,
    ...more
  })
  const finished = (tokens: number, reason: FinishReason) =>
    response(reason === "length" ? "incomplete" : "completed", {
      incomplete_details: reason === "length" ? { reason: "max_output_tokens" } : null,
      output: [item(Speech.say(tokens), "completed")],
      usage: {
        input_tokens: question.promptTokens,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: tokens,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: question.promptTokens + tokens
      }
    })
  let reason: FinishReason = "stop"
  const begun = response("in_progress", { output: [], usage: null })
  return {
    ...Voice.mute((tokens, reason) => JSON.stringify(finished(tokens, reason))),
    get opening() {
      return event("response.created", { response: begun }) + event("response.in_progress", { response: begun }) +
        event("response.output_item.added", { output_index: 0, item: item("", "in_progress") }) +
        event("response.content_part.added", { ...place, part: part("") })
    },
    token: (n, finished) => {
      reason = finished ?? reason
      return event("response.output_text.delta", { ...place, delta: Speech.token(n), logprobs: [] })
    },
    closing: (tokens) => {
      const text = Speech.say(tokens)
      return event("response.output_text.done", { ...place, text, logprobs: [] }) +
        event("response.content_part.done", { ...place, part: part(text) }) +
        event("response.output_item.done", { output_index: 0, item: item(text, "completed") }) +
        event(reason === "length" ? "response.incomplete" : "response.completed", {
          response: finished(tokens, reason)
        })
    },
    done: "",
    word: Speech.token
  }
}

/** `refused` is the engine's body for a failure of its own. */
export const task = (refused: string): Task => (body, limits) => {
  if (typeof body !== "object" || body === null) return Refusal.badRequest("The body is not a JSON object.")
  if (!("input" in body)) return Refusal.badRequest("Field required.", "input")
  const question = Questions.read("chat", translated(body as Fields), limits)
  if ("message" in question) return question
  return {
    question,
    voice: (number, created) => ({
      ...voice(question, number, created),
      failure: `event: error\n${Voice.event(refused)}`,
      refused
    })
  }
}
