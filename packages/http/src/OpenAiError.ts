/** Every refusal of the gateway in OpenAI's error shape. */
export interface OpenAiError {
  readonly status: number
  readonly type: string
  readonly code: string | null
  readonly param: string | null
  readonly message: string
  /** Seconds before jitter; absent where trying again soon would not help. */
  readonly retryAfter?: number
}

const invalid = (status: number, code: string, message: string, param: string | null = null): OpenAiError => ({
  status,
  type: "invalid_request_error",
  code,
  param,
  message
})

export const unavailable = (status: number, code: string, message: string, retryAfter?: number): OpenAiError => ({
  status,
  type: "server_error",
  code,
  param: null,
  message,
  ...(retryAfter === undefined ? {} : { retryAfter })
})

export const missingKey: OpenAiError = invalid(
  401,
  "invalid_api_key",
  "No API key was given. Send it in an Authorization header: \"Authorization: Bearer YOUR_KEY\"."
)

export const malformedKey: OpenAiError = invalid(
  401,
  "invalid_api_key",
  "The Authorization header cannot be read. Send \"Authorization: Bearer YOUR_KEY\", with one key and nothing else."
)

export const unknownKey: OpenAiError = invalid(
  401,
  "invalid_api_key",
  "This API key is not known, or it was revoked. Check it, or ask the person who gave it to you for another."
)

export const expiredKey: OpenAiError = invalid(
  401,
  "invalid_api_key",
  "This API key has expired. Ask the person who gave it to you for another."
)

export const tooManyWrongKeys = (pause: number): OpenAiError => ({
  status: 429,
  type: "rate_limit_error",
  code: "too_many_wrong_keys",
  param: null,
  message: "Too many API keys that are not known came from this address. Check yours, and try again later.",
  retryAfter: Math.ceil(pause / 1_000)
})

export const keysUnavailable: OpenAiError = unavailable(
  503,
  "keys_unavailable",
  "API keys cannot be checked at the moment. Try again later.",
  5
)

export const malformed = (message: string, param: string | null = null): OpenAiError =>
  invalid(400, "invalid_request", message, param)

export const compressed: OpenAiError = invalid(
  415,
  "unsupported_content_encoding",
  "Compressed request bodies are not accepted. Send the body as it is, without a Content-Encoding header."
)

export const notJson: OpenAiError = invalid(
  415,
  "unsupported_media_type",
  "Only JSON bodies are accepted here. Send one JSON object with \"Content-Type: application/json\"."
)

export const notAForm: OpenAiError = invalid(
  415,
  "unsupported_media_type",
  "Forms are accepted for audio alone. Send one JSON object with \"Content-Type: application/json\"."
)

export const bodyTooLarge = (limit: number): OpenAiError =>
  invalid(413, "request_too_large", `The body is larger than the ${limit} bytes that are accepted. Send less.`)

export const bodyTooSlow: OpenAiError = invalid(
  408,
  "request_timeout",
  "The body did not arrive in time. Send it whole, without pauses."
)

export const headTooLarge: OpenAiError = invalid(
  431,
  "headers_too_large",
  "The request's headers are larger than what is accepted. Send fewer or shorter ones."
)

export const notHttp: OpenAiError = invalid(400, "invalid_request", "This is not a well-formed HTTP/1.1 request.")

export const memoryFull: OpenAiError = unavailable(
  503,
  "overloaded",
  "Too many request bodies are waiting at the moment. Try again later.",
  2
)

export const spoolFull: OpenAiError = unavailable(
  503,
  "overloaded",
  "Too many uploads are waiting at the moment. Try again later.",
  10
)

export const uploadLost: OpenAiError = unavailable(
  503,
  "upload_not_kept",
  "The upload cannot be kept at the moment. Try again later.",
  30
)

export const unknownModel = (model: string): OpenAiError =>
  invalid(
    404,
    "model_not_found",
    `The model \`${model}\` does not exist here. GET /v1/models lists those that do.`,
    "model"
  )

export const unknownRequest = (id: string): OpenAiError =>
  invalid(
    404,
    "request_not_found",
    `No request \`${id.slice(0, 128)}\` of this key's organisation is waiting, under way or remembered.`
  )

export const notAllowed = (model: string): OpenAiError => ({
  status: 403,
  type: "permission_error",
  code: "model_not_allowed",
  param: "model",
  message: `This API key may not use the model \`${model}\` in this way. GET /v1/models lists what it may use.`
})

export const withoutRights = (wanted: "viewer" | "operator"): OpenAiError => ({
  status: 403,
  type: "permission_error",
  code: "rights_missing",
  param: null,
  message: `This API key has not the rights of ${wanted === "viewer" ? "a viewer" : "an operator"}. ` +
    `Create one that has: aiguilleur keys create NAME --organisation ORGANISATION --rights ${wanted}`
})

export const databaseAway: OpenAiError = unavailable(
  503,
  "database_away",
  "The database does not answer. Try again.",
  5
)

export const overcrowded: OpenAiError = unavailable(503, "too_many_viewers", "Too many are watching already.", 5)

export const nothingToPlay: OpenAiError = invalid(
  409,
  "nothing_to_play",
  "Nobody has asked for anything yet, or no server answers with text: there is no load to take along."
)

export const unknownServer = (url: string): OpenAiError =>
  invalid(404, "unknown_server", `There is no server ${url.slice(0, 256)}.`, "url")

export const unknownPath = (method: string, path: string): OpenAiError =>
  invalid(404, "unknown_url", `Unknown request URL: ${method} ${path}. Check the path and the base URL of your client.`)

export const notServed = (message: string): OpenAiError => invalid(404, "endpoint_not_served", message, "model")

export const wrongMethod = (method: string, path: string, allowed: string): OpenAiError =>
  invalid(405, "method_not_allowed", `Not allowed to ${method} on ${path}. Use ${allowed}.`)

export const upstreamFailed: OpenAiError = unavailable(
  502,
  "upstream_failed",
  "The servers that were tried for this request failed to answer it."
)

/** After the first relayed byte there is no status left to send: this is what the error event says. */
export const streamBroken: OpenAiError = unavailable(
  502,
  "stream_broken",
  "The server broke off in the middle of its answer. What came before is incomplete."
)

export const notStreamed: OpenAiError = unavailable(
  502,
  "upstream_failed",
  "The server answered without streaming, although the answer's head had been sent already."
)

export const totalSpent: OpenAiError = unavailable(
  504,
  "total_time_spent",
  "The time that one request may take in all is spent."
)

export const stopping: OpenAiError = unavailable(503, "stopping", "The service is stopping. Try again in a moment.", 5)

export const starting: OpenAiError = unavailable(503, "starting", "The service is starting. Try again in a moment.", 1)

export const internal: OpenAiError = unavailable(500, "internal_error", "Something failed in the gateway itself.")

export const bodyOf = ({ code, message, param, type }: OpenAiError): string =>
  JSON.stringify({ error: { message, type, param, code } })

/** `roll` spreads callers that were refused together: between the given time and half as much again. */
export const retryAfterOf = (seconds: number, roll: number): string => String(Math.ceil(seconds * (1 + roll / 2)))

export const headersOf = (error: OpenAiError, roll: number): Record<string, string> => {
  const headers: Record<string, string> = { "content-type": "application/json" }
  if (error.status === 401) headers["www-authenticate"] = "Bearer"
  if (error.retryAfter !== undefined) headers["retry-after"] = retryAfterOf(error.retryAfter, roll)
  return headers
}
