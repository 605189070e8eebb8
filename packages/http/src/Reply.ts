/** Short answers of the gateway itself, as Effect's responses. */
import { HttpServerResponse } from "effect/http"
import type { OpenAiError } from "./OpenAiError.ts"
import { bodyOf, headersOf } from "./OpenAiError.ts"

export const json = (body: unknown, status = 200): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(JSON.stringify(body), { status, contentType: "application/json" })

export const refusal = (error: OpenAiError): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(bodyOf(error), {
    status: error.status,
    headers: headersOf(error, Math.random()),
    contentType: "application/json"
  })
