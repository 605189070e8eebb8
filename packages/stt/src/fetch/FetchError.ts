/** Why something on the web could not be fetched or called, and whether trying again may help. */
import { Schema } from "effect"

export const FetchReason = Schema.Literals([
  "NotAllowed",
  "Unresolved",
  "Unreachable",
  "TlsFailed",
  "Status",
  "TooManyRedirects",
  "Timeout",
  "Cut",
  "TooLarge"
])
export type FetchReason = typeof FetchReason.Type

export class FetchError extends Schema.TaggedError<FetchError>()("FetchError", {
  reason: FetchReason,
  detail: Schema.String,
  status: Schema.optionalKey(Schema.Int)
}) {
  override get message() {
    return `${this.reason}: ${this.detail}`
  }

  get isPassing(): boolean {
    if (this.reason === "Status") return [408, 416, 425, 429, 500, 502, 503, 504].includes(this.status ?? 0)
    return ["Unresolved", "Unreachable", "Timeout", "Cut"].includes(this.reason)
  }
}
