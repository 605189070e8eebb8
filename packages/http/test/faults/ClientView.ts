/** What a client makes of its answer, in one line; and what the official SDK makes of the same bytes. */
import * as Speech from "@aiguilleur/lab/face/Speech"
import OpenAI from "openai"
import type { Mode } from "./Column.ts"
import * as Transcript from "./Transcript.ts"

/** Tokens that every request of the matrix asks for. */
export const asked = 5

const whole = Speech.say(asked)

const tokensIn = (text: string): string => {
  for (let n = 0; n <= 1000; n++) if (text === Speech.say(n)) return n === 1 ? "1 token" : `${n} tokens`
  return `the text ${JSON.stringify(text)}`
}

const parsed = (text: string) => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const errorOf = (json: { readonly error?: { readonly code?: unknown; readonly type?: unknown } } | undefined) =>
  json?.error === undefined
    ? undefined
    : typeof json.error.code === "number"
    ? `the engine's ${json.error.code}`
    : String(json.error.code)

/** The events of a stream, in the order in which they came. */
const eventsOf = (body: string): string => {
  let text = ""
  const more: Array<string> = []
  for (const event of body.split("\n\n")) {
    if (event === "") continue
    if (event.startsWith(": waiting")) more.push("told of the wait")
    else if (event === "data: [DONE]") more.push("[DONE]")
    else {
      const json = parsed(event.slice(6))
      const error = errorOf(json)
      if (error !== undefined) more.push(`error event ${error}`)
      else if (json === undefined) more.push("an event that is no JSON")
      else text += json.choices?.[0]?.delta?.content ?? ""
    }
  }
  const told = more[0] === "told of the wait" ? [more.shift()!] : []
  return [...told, tokensIn(text), ...more].join(", ")
}

const bodyOf = ({ body, headers }: Transcript.Transcript, mode: Mode): string => {
  const text = body.toString()
  if (headers["content-type"]?.startsWith("text/event-stream") === true) return eventsOf(text)
  const json = parsed(text)
  const error = errorOf(json)
  if (error !== undefined) return error
  const said = json?.choices?.[0]?.message?.content
  if (said !== undefined) return said === whole ? "the whole answer" : tokensIn(said)
  return mode === "answer" ? "no JSON" : `${headers["content-type"]}: ${eventsOf(text)}`
}

/** `left` when it was the client itself that went. */
export const view = (received: string, mode: Mode): string => {
  const transcript = Transcript.read(received)
  if (transcript === undefined) return received === "" ? "closed without a word" : "half a head"
  const more = transcript.complete ? bodyOf(transcript, mode) : `${bodyOf(transcript, mode)}, broken off`
  return `${transcript.status}: ${more}`
}

/** The body of what was received, for as long as its framing says or until it was broken off. */
const replayed = ({ body, complete }: Transcript.Transcript) =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(new Uint8Array(body))
      if (complete) controller.close()
    },
    pull(controller) {
      controller.error(new TypeError("terminated"))
    }
  })

const talk = async (openai: OpenAI, mode: Mode): Promise<string> => {
  const question = { model: "test-model", messages: [] }
  if (mode === "answer") {
    const answer: { readonly choices?: ReadonlyArray<{ readonly message: { readonly content: string | null } }> } =
      await openai.chat.completions.create(question)
    return answer.choices?.[0]?.message.content ?? ""
  }
  let text = ""
  for await (const chunk of await openai.chat.completions.create({ ...question, stream: true })) {
    text += chunk.choices[0]?.delta.content ?? ""
  }
  return text
}

/** Gives the SDK the very bytes; a text that is short without an exception would be the worst of all. */
export const sdk = async (received: string, mode: Mode): Promise<string> => {
  const transcript = Transcript.read(received)
  const fetch = async () => {
    if (transcript === undefined) throw new TypeError("fetch failed")
    return new Response(replayed(transcript), { status: transcript.status, headers: transcript.headers })
  }
  try {
    const text = await talk(new OpenAI({ apiKey: "any", baseURL: "http://replayed", maxRetries: 0, fetch }), mode)
    return text === whole ? "completes" : `is content with ${tokensIn(text)}`
  } catch (error) {
    return `throws ${error instanceof Error ? error.constructor.name : String(error)}`
  }
}
