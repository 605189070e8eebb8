/** What is kept of one request after it ended: who, what, where, when and how much; never its content. */
import { RoutingMode } from "@aiguilleur/core/Caller"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { Schema, SchemaTransformation } from "effect"

export const Ending = Schema.Literals(["released", "refused", "evicted", "withdrawn", "failed"])
export type Ending = typeof Ending.Type

// Plain numbers outside, because rows are written on the gateway's hot path.
const Millis = Schema.Date.pipe(Schema.decodeTo(
  Schema.Finite,
  SchemaTransformation.transform({ decode: (date) => date.getTime(), encode: (millis) => new Date(millis) })
))
const Text = Schema.NullOr(Schema.String)
const Count = Schema.NullOr(Schema.Int)
const Instant = Schema.NullOr(Millis)

/** Instants are epoch milliseconds. What never came to be (no server, no first byte) is null. */
export const UsageRow = Schema.Struct({
  requestId: Schema.String,
  keyId: Text,
  keyName: Text,
  organisation: Text,
  /** Public name, or what was asked for if there is no such model. */
  model: Schema.String,
  /** Path of the endpoint, such as `/v1/chat/completions`. */
  endpoint: Text,
  /** Its URL. */
  server: Text,
  serverOrganisation: Text,
  site: Text,
  stream: Schema.NullOr(Schema.Boolean),
  arrivedAt: Millis,
  grantedAt: Instant,
  firstByteAt: Instant,
  finishedAt: Millis,
  promptTokens: Count,
  outputTokens: Count,
  audioSeconds: Schema.NullOr(Schema.Finite),
  /** The engine did not say what it used; we counted what passed. */
  estimated: Schema.Boolean,
  strategy: Text,
  policy: Text,
  requeues: Schema.Int,
  attempts: Schema.Int,
  priority: Count,
  routingMode: Schema.NullOr(RoutingMode),
  ending: Ending,
  /** Why, where the ending alone does not say. */
  reason: Text,
  /** HTTP status of the answer. */
  status: Count,
  /** Leases on the server when this one was granted, itself included. */
  leasesAtGrant: Count,
  /** What the strategy compared, for `least-busy` the p95 TTFT in milliseconds. */
  score: Schema.NullOr(Schema.Finite)
})
export interface UsageRow extends Schema.Schema.Type<typeof UsageRow> {}

const { OID } = PgTypes
const { text, int4, float8, bool, timestamptz } = OID

/** The element type of each column's array in a batch. */
export const elements: Readonly<Record<keyof UsageRow, number>> = {
  requestId: text,
  keyId: text,
  keyName: text,
  organisation: text,
  model: text,
  endpoint: text,
  server: text,
  serverOrganisation: text,
  site: text,
  stream: bool,
  arrivedAt: timestamptz,
  grantedAt: timestamptz,
  firstByteAt: timestamptz,
  finishedAt: timestamptz,
  promptTokens: int4,
  outputTokens: int4,
  audioSeconds: float8,
  estimated: bool,
  strategy: text,
  policy: text,
  requeues: int4,
  attempts: int4,
  priority: int4,
  routingMode: text,
  ending: text,
  reason: text,
  status: int4,
  leasesAtGrant: int4,
  score: float8
}

export const names = Object.keys(elements) as ReadonlyArray<keyof UsageRow>

/** What most rows have a value of their own in. */
export const ofRows = [
  "requestId",
  "arrivedAt",
  "grantedAt",
  "firstByteAt",
  "finishedAt",
  "promptTokens",
  "outputTokens",
  "audioSeconds",
  "leasesAtGrant",
  "score"
] as const satisfies ReadonlyArray<keyof UsageRow>
export type Own = typeof ofRows[number]

/** In the rest of it the requests of a while are mostly alike. */
export const ofKinds = names.filter((name) => !(ofRows as ReadonlyArray<string>).includes(name))
