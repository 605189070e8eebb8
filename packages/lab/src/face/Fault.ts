/** How an answer goes wrong, on demand: by the handle, or by the request header `x-simulate`. */

/**
 * Members combine: `{ slowPrefill: 5, cutAfter: 3 }`. A header says the same in kebab case:
 * `x-simulate: slow-prefill=5; cut-after=3`.
 */
export interface Fault {
  /** Answers this status at once, in the engine's error form. */
  readonly status?: number
  /** `Retry-After` of that answer, in seconds. */
  readonly retryAfter?: number
  /** 404, as for a model that it does not serve. */
  readonly unknownModel?: true
  /** Ends the connection before the first byte. */
  readonly close?: true
  /** The same with a TCP reset. */
  readonly reset?: true
  /** Accepts the request and never says a word. */
  readonly hang?: true
  readonly headersThenClose?: true
  readonly headersThenStall?: true
  /** Sends so many tokens, then nothing more; the connection stays open. */
  readonly stallAfter?: number
  /** Sends so many tokens, then ends the connection between two events. */
  readonly cutAfter?: number
  /** The same, with half of the next event. */
  readonly cutInside?: number
  /** Everything but `[DONE]`. */
  readonly cutBeforeDone?: true
  /** Sends so many tokens, then an error event. */
  readonly errorAfter?: number
  /** A JSON text that ends too early; of a stream, the first event. */
  readonly invalidJson?: true
  /** A good answer that calls itself `text/html`. */
  readonly wrongContentType?: true
  /** The answer leaves in pieces of so many bytes. */
  readonly slowDrain?: number
  /** The prompt is computed so many times over: time to first token is multiplied. */
  readonly slowPrefill?: number
}

export const none: Fault = {}

const members: Readonly<Record<keyof Fault, "flag" | "number">> = {
  status: "number",
  retryAfter: "number",
  unknownModel: "flag",
  close: "flag",
  reset: "flag",
  hang: "flag",
  headersThenClose: "flag",
  headersThenStall: "flag",
  stallAfter: "number",
  cutAfter: "number",
  cutInside: "number",
  cutBeforeDone: "flag",
  errorAfter: "number",
  invalidJson: "flag",
  wrongContentType: "flag",
  slowDrain: "number",
  slowPrefill: "number"
}

const kindOf = (key: string) => Object.entries(members).find(([name]) => name === key)?.[1]

const camel = (name: string) => name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** The header's meaning, or the part of it that has none. */
export const parse = (header: string): Fault | { readonly unknown: string } => {
  const fault: Record<string, number | true> = {}
  for (const part of header.split(/[;,]/).map((part) => part.trim())) {
    if (part === "") continue
    const [name = "", value] = part.split("=")
    const key = camel(name)
    const kind = kindOf(key)
    if (kind === "flag" && value === undefined) fault[key] = true
    else if (kind === "number" && value !== undefined && Number.isFinite(Number(value))) fault[key] = Number(value)
    else return { unknown: part }
  }
  return fault
}
