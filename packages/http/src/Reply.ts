/** Short answers of the gateway itself, as Effect's responses. */
import { HttpServerResponse } from "effect/http"
import { dialectOf } from "./Dialect.ts"
import type { OpenAiError } from "./OpenAiError.ts"
import { headersOf } from "./OpenAiError.ts"

export const json = (body: unknown, status = 200): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(JSON.stringify(body), { status, contentType: "application/json" })

/** In the words of the path that was asked for. */
export const refusal = (error: OpenAiError, path: string): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(dialectOf(path).body(error), {
    status: error.status,
    headers: headersOf(error, Math.random()),
    contentType: "application/json"
  })
