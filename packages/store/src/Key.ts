/** An API key as it is kept: whose it is and what it allows, without its secret. */
import type { Caller } from "@aiguilleur/core/Caller"
import { RoutingMode } from "@aiguilleur/core/Caller"
import { DateTime, Schema } from "effect"

/** Who wrote it: what came from the configuration file is revoked when it leaves the file. */
export const Source = Schema.Literals(["file", "cli", "import"])
export type Source = typeof Source.Type

/** What its holder may do beside asking for inference. */
export const Rights = Schema.Literals(["none", "viewer", "operator"])
export type Rights = typeof Rights.Type

const Names = Schema.NullOr(Schema.Array(Schema.String))
const Instant = Schema.NullOr(Schema.DateTimeUtcFromDate)

export const Key = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  /** The first characters of the secret. */
  prefix: Schema.String,
  organisation: Schema.String,
  email: Schema.NullOr(Schema.String),
  priority: Schema.Int,
  threshold: Schema.NullOr(Schema.Int),
  routingMode: RoutingMode,
  /** Null allows all; an empty list allows none. */
  models: Names,
  sites: Names,
  organisations: Names,
  waitEvents: Schema.Boolean,
  rights: Rights,
  source: Source,
  expiresAt: Instant,
  revokedAt: Instant,
  lastUsedAt: Instant,
  createdAt: Schema.DateTimeUtcFromDate,
  updatedAt: Schema.DateTimeUtcFromDate
})
export interface Key extends Schema.Schema.Type<typeof Key> {}

/** What can be chosen when a key is made, and changed afterwards. */
export interface Choices {
  readonly name: string
  readonly organisation: string
  readonly email?: string | null
  readonly priority?: number
  readonly threshold?: number | null
  readonly routingMode?: RoutingMode
  readonly models?: ReadonlyArray<string> | null
  readonly sites?: ReadonlyArray<string> | null
  readonly organisations?: ReadonlyArray<string> | null
  readonly waitEvents?: boolean
  readonly rights?: Rights
  readonly source?: Source
  readonly expiresAt?: DateTime.Utc | null
}

export type Standing = "valid" | "revoked" | "expired"

export const standing = (key: Key, now: number): Standing => {
  if (key.revokedAt !== null) return "revoked"
  return key.expiresAt !== null && DateTime.toEpochMillis(key.expiresAt) <= now ? "expired" : "valid"
}

/** What the dispatcher needs to know of a key. */
export const caller = (key: Key): Caller => ({
  key: key.id,
  organisation: key.organisation,
  priority: key.priority,
  routingMode: key.routingMode,
  ...(key.threshold === null ? {} : { threshold: key.threshold }),
  ...(key.models === null ? {} : { models: key.models }),
  ...(key.sites === null ? {} : { sites: key.sites }),
  ...(key.organisations === null ? {} : { organisations: key.organisations })
})
