/** Answers in the contract's envelope, and the one mapping from reasons to HTTP. */
import { Cause, Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import { isSqlError } from "effect/sql/SqlError"
import { Reason, Refusal } from "../Refusal.ts"

const statuses: { readonly [R in Reason]: number } = {
  Invalid: 400,
  Unreadable: 422,
  NoToken: 401,
  BadToken: 401,
  Forbidden: 403,
  Missing: 404,
  Conflict: 409,
  TooLarge: 413,
  TooSlow: 408,
  UnsupportedType: 415,
  TooMany: 429,
  Unavailable: 503
}

const challenges: Partial<Record<Reason, string>> = { NoToken: "Bearer", BadToken: "Bearer error=\"invalid_token\"" }

/** Exactly `application/json`: a known client compares the whole header. */
export const json = (
  body: unknown,
  options: { readonly status?: number; readonly headers?: Record<string, string> } = {}
): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(JSON.stringify(body), {
    status: options.status ?? 200,
    contentType: "application/json",
    headers: options.headers ?? {}
  })

export const ok = (more: Record<string, unknown> = {}): HttpServerResponse.HttpServerResponse =>
  json({ status: "OK", ...more })

const envelope = (status: number, errors: ReadonlyArray<unknown>, headers: Record<string, string> = {}) =>
  json({ status: "KO", errors }, { status, headers })

export const refused = ({ errors, reason, retryAfter }: Refusal): HttpServerResponse.HttpServerResponse => {
  const challenge = challenges[reason]
  return envelope(statuses[reason], errors, {
    ...(challenge === undefined ? {} : { "www-authenticate": challenge }),
    ...(retryAfter === undefined ? {} : { "retry-after": String(Math.ceil(retryAfter)) })
  })
}

const broken = envelope(500, [{ path: null, message: "The service failed; its log says why" }])
const away = envelope(503, [{ path: null, message: "The database cannot be reached at the moment" }], {
  "retry-after": "5"
})

/** A failure of ours: the log gets the cause, which holds neither media nor transcripts; the caller gets neither. */
const failed = (cause: Cause.Cause<never>): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  if (Cause.hasInterruptsOnly(cause)) return Effect.failCause(cause)
  const error = Cause.squash(cause)
  if (isSqlError(error) && ["ConnectionError", "SqlTimeoutError"].includes(error.reason._tag)) {
    return Effect.succeed(away)
  }
  return Effect.as(Effect.logError("A request to the transcription service failed", cause), broken)
}

export const answer = <R>(
  handler: Effect.Effect<HttpServerResponse.HttpServerResponse, Refusal, R>
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, R> =>
  handler.pipe(
    Effect.catchTag("Refusal", (refusal) => Effect.succeed(refused(refusal))),
    Effect.catchCause(failed)
  )
