/** An engine's failure, read from its answer or from the first event of its stream. */
import type { Reply } from "@aiguilleur/core/Backend"
import { Option, Predicate, Schema } from "effect"
import type { Received } from "./ForwardedHead.ts"
import { toClient } from "./ForwardedHead.ts"
import type { EngineAnswer } from "./Passage.ts"

export interface EngineFailure {
  readonly reply: Extract<Reply, { readonly _tag: "Answer" }>
  /** What the client gets if nothing better comes; absent where the engine's words are not meant for it. */
  readonly answer: EngineAnswer | undefined
}

/** Only the beginning of an error is read. */
const longestRead = 64 * 1024

// The engine's 429 and 503 are answered with ours once patience is spent, its 401 and 403 never leave the house.
const passedOn: ReadonlySet<number> = new Set([500, 502, 504])

/** In milliseconds; a header that is neither seconds nor a date says nothing. */
const retryAfterOf = (header: string | Array<string> | undefined, now: number): number | undefined => {
  if (typeof header !== "string") return undefined
  const seconds = Number(header)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1_000)
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/** `now` in epoch milliseconds, for dates in `Retry-After`. */
export const failureInAnswer = (status: number, headers: Received, body: Buffer, now: number): EngineFailure => ({
  reply: {
    _tag: "Answer",
    status,
    retryAfter: retryAfterOf(headers["retry-after"], now),
    body: body.toString("utf8", 0, longestRead)
  },
  answer: passedOn.has(status) ? { status, headers: toClient(headers), body } : undefined
})

const parse = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

const statusIn = (value: unknown): number | undefined => {
  if (!Predicate.isReadonlyObject(value)) return undefined
  const said = value["code"] ?? value["status"]
  // An object need not have a number to be made into.
  const code = typeof said === "string" ? Number(said) : said
  return typeof code === "number" && Number.isInteger(code) && code >= 400 && code <= 599 ? code : undefined
}

/** An error event names its status as `code`, in the error or beside it; without one there is nothing to go by. */
export const failureInEvent = (data: string): EngineFailure | undefined => {
  const json = Option.getOrUndefined(parse(data))
  if (!Predicate.isReadonlyObject(json)) return undefined
  const status = statusIn(json["error"]) ?? statusIn(json)
  return status === undefined ? undefined : failureOf(status, data)
}

const anthropicStatuses: ReadonlyMap<unknown, number> = new Map([
  ["invalid_request_error", 400],
  ["BadRequestError", 400],
  ["authentication_error", 401],
  ["permission_error", 403],
  ["not_found_error", 404],
  ["request_too_large", 413],
  ["rate_limit_error", 429],
  ["overloaded_error", 529]
])

/** Anthropic's error events name a type where others name a status; any other type is the engine's own failure. */
export const failureInMessage = (data: string): EngineFailure | undefined => {
  const json = Option.getOrUndefined(parse(data))
  if (!Predicate.isReadonlyObject(json) || !Predicate.isReadonlyObject(json["error"])) return undefined
  return failureInEvent(data) ?? failureOf(anthropicStatuses.get(json["error"]["type"]) ?? 500, data)
}

const failureOf = (status: number, data: string): EngineFailure => {
  const body = Buffer.from(data)
  return {
    reply: { _tag: "Answer", status, retryAfter: undefined, body: data },
    answer: passedOn.has(status) ? { status, headers: ["content-type", "application/json"], body } : undefined
  }
}

/** An engine's error as the data of one event: on one line, and in OpenAI's shape whatever it was. */
export const asEventData = (body: Buffer, fallback: string): string => {
  const json = Option.getOrUndefined(parse(body.toString("utf8")))
  return Predicate.isReadonlyObject(json) && Predicate.isReadonlyObject(json["error"]) ? JSON.stringify(json) : fallback
}
