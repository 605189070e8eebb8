/** What a request's own headers say to the gateway, read without building anything that is not asked for. */
import type { Endpoint } from "@aiguilleur/backends/Endpoint"
import { RoutingMode } from "@aiguilleur/core/Caller"
import type { IncomingHttpHeaders, IncomingMessage } from "node:http"
import type { OpenAiError } from "./OpenAiError.ts"
import { compressed, malformed, malformedKey, missingKey, notAForm, notJson } from "./OpenAiError.ts"
import { isForm } from "./wire/Boundary.ts"

const bearer = /^bearer +([\x21-\x7e]{1,512}) *$/i

/** The secret of the request's key, or why there is none. */
export const secretOf = ({ authorization }: IncomingHttpHeaders): string | OpenAiError => {
  if (authorization === undefined || authorization === "") return missingKey
  return bearer.exec(authorization)?.[1] ?? malformedKey
}

const sane = /^[\w.:/+=@-]{1,128}$/

/** The caller's own id where it is harmless to repeat in headers and logs. */
export const requestIdOf = ({ headers }: IncomingMessage): string | undefined => {
  const given = headers["x-request-id"]
  return typeof given === "string" && sane.test(given) ? given : undefined
}

// Curl calls a body a form unless it is told otherwise, and many a script forgets to tell.
const json =
  /^(?:application\/(?:[\w.+-]*\+)?json|text\/json|text\/plain|application\/x-www-form-urlencoded)\s*(?:;|$)/i

/** Endpoints whose requests are forms. What no table knows may be one of them. */
const forms: ReadonlySet<Endpoint | undefined> = new Set<Endpoint | undefined>([
  "transcriptions",
  "translations",
  undefined
])

/** Whether the body can be one JSON object, or a form where one is expected, as far as its headers tell. */
export const unreadable = (
  { headers }: IncomingMessage,
  endpoint: Endpoint | undefined
): OpenAiError | undefined => {
  const encoding = headers["content-encoding"]
  if (encoding !== undefined && encoding !== "" && encoding !== "identity") return compressed
  const type = headers["content-type"]
  if (type === "application/json") return undefined
  if (isForm(type)) return forms.has(endpoint) ? undefined : notAForm
  return type === undefined || type === "" || json.test(type) ? undefined : notJson
}

const integer = /^ *([+-]?\d{1,15}) *$/

const priorityOf = (header: string | undefined, body: number | undefined): number | undefined | OpenAiError => {
  if (header === undefined) return body
  const digits = integer.exec(header)?.[1]
  return digits === undefined
    ? malformed("The header `x-priority` must be an integer, such as 3; higher is sooner.", "x-priority")
    : Number(digits)
}

const modes: ReadonlySet<string> = new Set(RoutingMode.literals)
const isMode = (text: string): text is RoutingMode => modes.has(text)

const modeOf = (header: string | undefined, body: string | undefined): RoutingMode | undefined | OpenAiError => {
  const asked = header ?? body
  if (asked === undefined || isMode(asked)) return asked
  return malformed(
    `The routing mode must be one of ${RoutingMode.literals.join(", ")}.`,
    header === undefined ? "routing-mode" : "x-routing-mode"
  )
}

const duration = /^ *(\d{1,9}(?:\.\d{1,6})?)(?: *(ms|s|m|h))? *$/
const unit: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

const maxWaitOf = (header: string | undefined): number | undefined | OpenAiError => {
  if (header === undefined) return undefined
  const match = duration.exec(header)
  return match === null
    ? malformed("The header `x-max-wait` must be a duration, such as 30, 30s, 500ms or 2m.", "x-max-wait")
    : Number(match[1]) * unit[match[2] ?? "s"]!
}

/** What a caller may ask of the dispatcher beside its request. Headers count before the members of the body. */
export interface Wishes {
  readonly priority: number | undefined
  readonly routingMode: RoutingMode | undefined
  /** Milliseconds. */
  readonly maxWait: number | undefined
  readonly waitEvents: boolean
}

const single = (value: string | Array<string> | undefined): string | undefined =>
  typeof value === "string" ? value : value?.join(",")

export const wishesOf = (
  headers: IncomingHttpHeaders,
  body: { readonly priority: number | undefined; readonly routingMode: string | undefined }
): Wishes | OpenAiError => {
  const priority = priorityOf(single(headers["x-priority"]), body.priority)
  if (typeof priority === "object") return priority
  const routingMode = modeOf(single(headers["x-routing-mode"]), body.routingMode)
  if (typeof routingMode === "object") return routingMode
  const maxWait = maxWaitOf(single(headers["x-max-wait"]))
  if (typeof maxWait === "object") return maxWait
  return { priority, routingMode, maxWait, waitEvents: headers["x-wait-events"] === "1" }
}
