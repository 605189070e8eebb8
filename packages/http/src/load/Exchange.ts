/** One request to an OpenAI-compatible endpoint, from its sending to the end of the answer, and what was seen of it. */
import type { Dispatcher } from "undici"
import { AnswerUsage } from "../wire/AnswerUsage.ts"
import { EventStream } from "../wire/EventStream.ts"
import { StreamUsage } from "../wire/StreamUsage.ts"
import type { Headers } from "./Telling.ts"

export interface Question {
  readonly origin: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly stream: boolean
}

export interface Result {
  /** None if no head of an answer came. */
  readonly status: number | undefined
  /** Ended as an answer of its kind ends: a stream with `[DONE]` and without an error event. */
  readonly complete: boolean
  readonly promptTokens: number | undefined
  readonly outputTokens: number
  /** What is said of a failure, shortened. */
  readonly message: string | undefined
}

export interface Ears {
  /** The head of the answer, whatever its status. */
  readonly head: (headers: Headers) => void
  /** The first data event, or the whole of an answer that comes in one piece. */
  readonly firstData: () => void
  readonly ended: (result: Result) => void
}

const longestMessage = 300

/** Gives the way to break it off, after which nothing is heard: it tells how many tokens had come. */
export const begin = (dispatcher: Dispatcher, question: Question, ears: Ears): () => number => {
  const streamed = new StreamUsage()
  const whole = new AnswerUsage()
  let controller: Dispatcher.DispatchController | undefined
  let status: number | undefined
  let failure: string | undefined
  let text = ""
  let over = false
  let begun = false
  let done = false

  const events = new EventStream((event) => {
    if (event.kind === "error") failure = event.bytes.toString("utf8", event.start, event.end)
    if (event.kind === "done") done = true
    if (event.kind === "data" && !begun) {
      begun = true
      ears.firstData()
    }
    streamed.observe(event)
    return false
  })

  const end = (message?: string) => {
    if (over) return
    over = true
    const good = status !== undefined && status < 300
    const complete = good && message === undefined && failure === undefined && (!question.stream || done)
    const report = good ? question.stream ? streamed.report() : whole.report() : undefined
    const said = message ?? failure ?? (good ? "the stream ended without [DONE]" : text)
    ears.ended({
      status,
      complete,
      promptTokens: report?.promptTokens,
      outputTokens: question.stream ? streamed.outputTokens(complete) : report?.completionTokens ?? 0,
      message: complete ? undefined : said.trim().slice(0, longestMessage)
    })
  }

  dispatcher.dispatch({
    origin: question.origin,
    path: question.path,
    method: "POST",
    headers: question.headers,
    body: question.body
  }, {
    onRequestStart: (started) => {
      controller = started
      if (over) started.abort(new Error("broken off"))
    },
    onResponseStart: (_, code, received) => {
      if (code < 200) return
      status = code
      if (!over) ears.head(received)
    },
    onResponseData: (_, chunk) => {
      if (over) return
      if (status === undefined || status >= 300) text = (text + chunk.toString()).slice(0, longestMessage)
      else if (question.stream) events.push(chunk)
      else whole.push(chunk)
    },
    onResponseEnd: () => {
      if (over) return
      if (!question.stream && status !== undefined && status < 300) ears.firstData()
      end()
    },
    onResponseError: (_, error) => end(error.message)
  })

  return () => {
    over = true
    controller?.abort(new Error("broken off"))
    return streamed.contentEvents
  }
}
