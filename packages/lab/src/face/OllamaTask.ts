/** Ollama's own way to ask: streams unless told not to, one JSON object a line, the counts in the last. */
import * as Embedding from "./Embedding.ts"
import type { Task } from "./Face.ts"
import * as OllamaModel from "./OllamaModel.ts"
import type { Kind } from "./Question.ts"
import * as Question from "./Question.ts"
import * as Refusal from "./Refusal.ts"
import * as Voice from "./Voice.ts"

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

export const fields = (body: unknown): Fields => isFields(body) ? body : {}

/** A task asked by any of a model's spellings. */
export const named = (task: Task): Task => (body, limits) => {
  const { model } = fields(body)
  const known = typeof model === "string" ? OllamaModel.find(limits.models, model) : undefined
  return task(body, known === undefined ? limits : { ...limits, models: [...limits.models, String(model)] })
}

/** OpenAI's body for the same. */
const translated = (body: Fields): Fields => {
  const { input, messages, model, options, prompt, stream } = body
  const asked = fields(options)["num_predict"]
  return {
    model,
    messages,
    prompt,
    input,
    stream: stream !== false,
    ...(typeof asked === "number" && asked > 0 && { max_tokens: asked })
  }
}

const started = new Date(0).toISOString()

const line = (value: unknown): string => `${JSON.stringify(value)}\n`

/** In nanoseconds, as Ollama counts; a millisecond for each token. */
const counts = (promptTokens: number, tokens: number) => ({
  total_duration: (promptTokens + tokens) * 1e6,
  load_duration: 0,
  prompt_eval_count: promptTokens,
  prompt_eval_duration: promptTokens * 1e6,
  eval_count: tokens,
  eval_duration: tokens * 1e6
})

const failure = (): string => JSON.stringify({ error: Refusal.simulated(500).message })

const inference = (kind: Kind, said: (text: string) => Fields): Task =>
  named((body, limits) => {
    if (!isFields(body)) return Refusal.badRequest("invalid request")
    const question = Question.read(kind, translated(body), limits)
    if ("message" in question) return question
    const { model, promptTokens } = question
    const last = (text: string, tokens: number, reason: string) => ({
      model,
      created_at: started,
      ...said(text),
      done: true,
      done_reason: reason,
      ...counts(promptTokens, tokens)
    })
    return {
      question,
      voice: (number, created) => {
        const { word } = Voice.make(question, number, created)
        let finish = "stop"
        return {
          ...Voice.mute((tokens, reason) => {
            const text = Array.from({ length: tokens }, (_, i) => word(i + 1)).join("")
            return JSON.stringify(last(text, tokens, reason))
          }),
          streamType: "application/x-ndjson",
          token: (n, finished) => {
            finish = finished ?? finish
            return line({ model, created_at: started, ...said(word(n)), done: false })
          },
          closing: (tokens) => line(last("", tokens, finish)),
          done: "",
          word,
          failure: `${failure()}\n`,
          refused: failure()
        }
      }
    }
  })

const message = (content: string) => ({ message: { role: "assistant", content } })

const response = (text: string) => ({ response: text })

export const chat = inference("chat", message)

export const generate = inference("text", response)

export const embed: Task = named((body, limits) => {
  const question = Question.read("embedding", translated(fields(body)), limits)
  if ("message" in question) return question
  const { inputs, model, promptTokens } = question
  const answer = { model, embeddings: inputs.map(Embedding.vector), prompt_eval_count: promptTokens }
  return { question, voice: () => ({ ...Voice.mute(() => JSON.stringify(answer)), refused: failure() }) }
})

/** No prompt and no messages: load the model, or unload it with `keep_alive: 0`. */
export const asksForNothing = (path: string, body: unknown): boolean => {
  const { messages, prompt } = fields(body)
  if (path === "/api/chat") return Array.isArray(messages) && messages.length === 0
  return path === "/api/generate" && (prompt === undefined || prompt === "")
}

export const nothing = (path: string, model: string, reason: "load" | "unload") => ({
  model,
  created_at: started,
  ...(path === "/api/chat" ? message("") : response("")),
  done: true,
  done_reason: reason
})
