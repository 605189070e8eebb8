/** How a refusal is told to whoever speaks another protocol than OpenAI's: Anthropic's, or Ollama's own. */
import type { OpenAiError } from "./OpenAiError.ts"
import { bodyOf } from "./OpenAiError.ts"

export interface Dialect {
  /** The body of an answer that refuses. */
  readonly body: (error: OpenAiError) => string
  /** A body, as the last piece of a stream that was begun. */
  readonly piece: (body: string) => string
  /** Whether clients pass over comments in its streams. */
  readonly comments: boolean
}

const openAi: Dialect = { body: bodyOf, piece: (body) => `data: ${body}\n\n`, comments: true }

const anthropicTypes: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  503: "overloaded_error"
}

/** Its errors have OpenAI's members as well, for whoever reads those. */
const anthropic: Dialect = {
  body: ({ code, message, param, status }) =>
    JSON.stringify({ type: "error", error: { type: anthropicTypes[status] ?? "api_error", message, param, code } }),
  // Its clients know events by their names, and pass over one without.
  piece: (body) => `event: error\ndata: ${body}\n\n`,
  comments: true
}

const ollama: Dialect = {
  body: ({ message }) => JSON.stringify({ error: message }),
  piece: (body) => `${body}\n`,
  comments: false
}

const ofOllama = /^\/api\/(?:chat|generate|embed|embeddings|show|tags|version)\/?(?:\?|$)/

export const dialectOf = (path: string): Dialect => {
  if (path.startsWith("/v1/")) return path.startsWith("/v1/messages") ? anthropic : openAi
  return ofOllama.test(path) ? ollama : openAi
}
