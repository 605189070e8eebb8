/** What the streams of one API have in common: how they are cut into pieces, what opens and what ends them. */
import type { Endpoint } from "@aiguilleur/backends/Endpoint"
import type { EngineFailure } from "./EngineFailure.ts"
import { failureInAnswer, failureInEvent, failureInMessage } from "./EngineFailure.ts"
import type { Received } from "./ForwardedHead.ts"
import type { Oversize, Visitor } from "./wire/EventStream.ts"
import { EventStream } from "./wire/EventStream.ts"
import { LineStream } from "./wire/LineStream.ts"
import { isLast, LineUsage, textOf } from "./wire/LineUsage.ts"
import type { ServerEvent } from "./wire/ServerEvent.ts"
import { dataOf, nameOf } from "./wire/ServerEvent.ts"
import type { Observed } from "./wire/StreamUsage.ts"
import { StreamUsage } from "./wire/StreamUsage.ts"
import type { UsageReport } from "./wire/Usage.ts"

export interface Pieces {
  readonly push: (chunk: Buffer) => Buffer | Oversize
  readonly end: () => Buffer
}

export interface Reading {
  readonly observe: (event: ServerEvent) => Observed
  readonly report: () => UsageReport
  readonly outputTokens: (complete: boolean) => number
}

export interface StreamProtocol {
  readonly pieces: (visit: Visitor) => Pieces
  readonly reading: () => Reading
  readonly textOf: (event: ServerEvent) => string
  /** Said before there is anything to say: no data yet, as far as time and retries go. */
  readonly opens: (event: ServerEvent) => boolean
  /** Its last word: what comes after it is nobody's concern. */
  readonly ends: (event: ServerEvent) => boolean
  /** Without a last word it was cut, however politely: whoever reads it could not tell. */
  readonly mustEnd: boolean
  /** What an error among its pieces means; undefined where there is nothing to go by. */
  readonly failureIn: (text: string, now: number) => EngineFailure | undefined
}

const never = () => false
const isDone = ({ kind }: ServerEvent): boolean => kind === "done"

const events: StreamProtocol = {
  pieces: (visit) => new EventStream(visit),
  reading: () => new StreamUsage(),
  textOf: dataOf,
  opens: never,
  ends: isDone,
  mustEnd: false,
  failureIn: failureInEvent
}

const completions: StreamProtocol = { ...events, mustEnd: true }

/** Its lifecycle is told at once, and again at each step: the answer begins with what comes next. */
const lifecycle = new Set(["response.created", "response.queued", "response.in_progress"])
const lastOfResponses = new Set(["response.completed", "response.incomplete", "response.failed"])

const responses: StreamProtocol = {
  ...events,
  opens: (event) => lifecycle.has(nameOf(event)),
  ends: (event) => isDone(event) || lastOfResponses.has(nameOf(event)),
  mustEnd: true
}

const messages: StreamProtocol = {
  ...events,
  opens: (event) => nameOf(event) === "ping",
  ends: (event) => isDone(event) || nameOf(event) === "message_stop",
  mustEnd: true,
  failureIn: failureInMessage
}

/** Ollama's own: one object a line. Its errors are words without a status: those of an engine that failed. */
const lines: StreamProtocol = {
  pieces: (visit) => new LineStream(visit),
  reading: () => new LineUsage(),
  textOf,
  opens: never,
  ends: isLast,
  mustEnd: true,
  failureIn: (text, now) => failureInAnswer(500, { "content-type": "application/json" }, Buffer.from(text.trim()), now)
}

const byEndpoint: Partial<Readonly<Record<Endpoint, StreamProtocol>>> = {
  chat: completions,
  completions,
  responses,
  messages
}

/** Undefined for an answer that is no stream. */
export const protocolOf = (endpoint: Endpoint | undefined, headers: Received): StreamProtocol | undefined => {
  const type = headers["content-type"]
  if (typeof type !== "string" || headers["content-encoding"] !== undefined) return undefined
  if (type.startsWith("text/event-stream")) return (endpoint && byEndpoint[endpoint]) ?? events
  return type.startsWith("application/x-ndjson") ? lines : undefined
}
