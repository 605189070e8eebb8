/** Answers that refuse, in the form of recent vLLM. */

export interface Refusal {
  readonly status: number
  readonly message: string
  readonly type: string
  readonly param: string | null
  /** The model that is not served, where that is the reason. */
  readonly model?: string
}

const make = (status: number, type: string, message: string, param: string | null = null): Refusal => ({
  status,
  message,
  type,
  param
})

export const badRequest = (message: string, param: string | null = null) => make(400, "BadRequestError", message, param)

export const unknownModel = (model: string): Refusal => ({
  ...make(404, "NotFoundError", `The model \`${model}\` does not exist.`, "model"),
  model
})

export const missing = (field: string) => make(422, "UnprocessableEntityError", "Field required", field)

export const undecodable = make(
  415,
  "UnsupportedMediaTypeError",
  "Failed to decode audio. The provided file type is not supported."
)

export const unknownPath = make(404, "NotFoundError", "Not Found")

export const wrongMethod = make(405, "MethodNotAllowedError", "Method Not Allowed")

export const unauthorised = make(401, "AuthenticationError", "Unauthorized.")

export const unavailable = (message: string) => make(503, "ServiceUnavailableError", message)

export const poisoned = make(500, "InternalServerError", "EngineCore encountered a simulated issue with this prompt.")

const types: Record<number, string> = {
  400: "BadRequestError",
  401: "AuthenticationError",
  403: "PermissionDeniedError",
  404: "NotFoundError",
  429: "RateLimitError",
  500: "InternalServerError",
  502: "BadGatewayError",
  503: "ServiceUnavailableError",
  529: "OverloadedError"
}

export const simulated = (status: number) => make(status, types[status] ?? "SimulatedError", `Simulated ${status}.`)

export const body = ({ message, type, param, status }: Refusal): string =>
  JSON.stringify({ error: { message, type, param, code: status } })
