/** Why a request is refused: closed reasons, each with the places and words that the contract gives them. */
import { Schema } from "effect"

export const Violation = Schema.Struct({ path: Schema.NullOr(Schema.String), message: Schema.String })
export interface Violation extends Schema.Schema.Type<typeof Violation> {}

export const Reason = Schema.Literals([
  "Invalid",
  "Unreadable",
  "NoToken",
  "BadToken",
  "Forbidden",
  "Missing",
  "Conflict",
  "TooLarge",
  "TooSlow",
  "UnsupportedType",
  "TooMany",
  "Unavailable"
])
export type Reason = typeof Reason.Type

export class Refusal extends Schema.TaggedError<Refusal>()("Refusal", {
  reason: Reason,
  /** Never empty. */
  errors: Schema.Array(Violation),
  /** Seconds. */
  retryAfter: Schema.optionalKey(Schema.Finite)
}) {
  override get message() {
    return this.errors.map(({ path, message }) => path === null ? message : `${path}: ${message}`).join("; ")
  }
}

const one = (reason: Reason) => (path: string | null, message: string): Refusal =>
  new Refusal({ reason, errors: [{ path, message }] })

export const invalid = one("Invalid")
export const unreadable = one("Unreadable")
export const forbidden = one("Forbidden")
export const missing = one("Missing")
export const conflict = one("Conflict")
export const tooLarge = one("TooLarge")
export const tooSlow = one("TooSlow")
export const unsupportedType = one("UnsupportedType")

export const invalidAll = (errors: ReadonlyArray<Violation>): Refusal => new Refusal({ reason: "Invalid", errors })
export const unreadableAll = (errors: ReadonlyArray<Violation>): Refusal =>
  new Refusal({ reason: "Unreadable", errors })

export const tooMany = (message: string, retryAfter: number): Refusal =>
  new Refusal({ reason: "TooMany", errors: [{ path: null, message }], retryAfter })

/** Nothing is wrong with the request; it may succeed later. */
export const unavailable = (path: string | null, message: string): Refusal =>
  new Refusal({ reason: "Unavailable", errors: [{ path, message }], retryAfter: 60 })

export const noToken = new Refusal({
  reason: "NoToken",
  errors: [{ path: null, message: "A bearer token is required" }]
})

export const badToken = new Refusal({
  reason: "BadToken",
  errors: [{ path: null, message: "The bearer token is invalid or has expired" }]
})

export const noRight = (what = "access"): Refusal => forbidden(null, `User not authorized to ${what} this resource`)
