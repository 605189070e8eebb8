/** One error for the database, at start-up and later, with a closed set of reasons; and which failure has which. */
import { Effect, Predicate, Schema } from "effect"
import { isSqlError, type SqlError } from "effect/sql/SqlError"
import {
  Authentication,
  DatabaseReason,
  DiskFull,
  Failed,
  NoRights,
  Overloaded,
  ReadOnly,
  Refused,
  TlsFailed,
  TlsNeeded,
  UnknownDatabase
} from "./DatabaseReason.ts"
import { EmbeddedReason } from "./embedded/EmbeddedReason.ts"

export class DatabaseError extends Schema.TaggedError<DatabaseError>()("DatabaseError", {
  reason: Schema.Union([...DatabaseReason.members, ...EmbeddedReason.members])
}) {
  override readonly cause = this.reason

  override get message(): string {
    return this.reason.message
  }
}

/** The field of a server's message or of a system error that names what happened. */
const codeIn = (cause: unknown): string =>
  Predicate.hasProperty(cause, "code") && typeof cause.code === "string" ? cause.code : ""

/** The SQLSTATE, or the system's code, of a failure; empty if it has none. */
export const codeOf = (error: SqlError): string => codeIn(error.reason.cause)

const detailOf = (error: SqlError): string => {
  const { cause } = error.reason
  const said = cause instanceof Error && cause.message !== "" ? cause.message : codeIn(cause)
  return said === "" ? error.message : said
}

/** An SQLSTATE, or its first two letters, that the environment causes and no statement of ours. */
const bySqlState: Readonly<Record<string, new(place: Place) => Reason>> = {
  "08": Refused,
  "28": Authentication,
  "25006": ReadOnly,
  "3D000": UnknownDatabase,
  "42501": NoRights,
  "53100": DiskFull,
  "53": Overloaded,
  "55P03": Overloaded,
  "57": Refused,
  "58": Failed,
  "40": Overloaded,
  "XX": Failed
}

interface Place {
  readonly where: string
  readonly detail: string
}
type Reason = DatabaseError["reason"]

const tlsCodes = /^(ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|CERT_|EPROTO)/

/** The reason behind a failure that the environment caused; `undefined` if a statement of ours is at fault. */
export const classify = (error: SqlError, where: string): Reason | undefined => {
  const place = { where, detail: detailOf(error) }
  const code = codeIn(error.reason.cause)
  if (tlsCodes.test(code) || /TLS/.test(error.message)) return new TlsFailed(place)
  if (code === "28000" && /no encryption|SSL off/.test(place.detail)) return new TlsNeeded(place)
  const known = bySqlState[code] ?? bySqlState[code.slice(0, 2)]
  if (known !== undefined && /^[0-9A-Z]{5}$/.test(code)) return new known(place)
  if (error.reason._tag === "AuthenticationError") return new Authentication(place)
  return error.reason._tag === "ConnectionError" ? new Refused(place) : undefined
}

/** For start-up, where even an unexpected failure is told in the same words. */
export const fromSqlError = (where: string) => (error: SqlError): DatabaseError => {
  const reason = classify(error, where)
  return new DatabaseError({ reason: reason ?? new Failed({ where, detail: detailOf(error) }) })
}

/**
 * For repositories: what the environment caused stays typed, so that a caller can wait or answer 503. A statement
 * that is wrong and a row that does not decode are mistakes of ours: defects.
 */
export const refine = (where: string) => <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.catch(self, (error): Effect.Effect<never, Domain<E> | DatabaseError> => {
    if (Schema.isSchemaError(error)) return Effect.die(error)
    if (!isSqlError(error)) return Effect.fail(error as Domain<E>)
    const reason = classify(error, where)
    return reason === undefined ? Effect.die(error) : Effect.fail(new DatabaseError({ reason }))
  })

type Domain<E> = Exclude<E, SqlError | Schema.SchemaError>
