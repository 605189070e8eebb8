/** What can be wrong with a database, as a closed set of reasons whose messages name the remedy. */
import { Effect, Predicate, Schema } from "effect"
import { isSqlError, type SqlError } from "effect/sql/SqlError"
import { EmbeddedReason } from "./embedded/EmbeddedReason.ts"

/** `where` is the address without its password; `detail` is what the server or the system said. */
const fields = { where: Schema.String, detail: Schema.String }

export class MalformedUrl extends Schema.TaggedError<MalformedUrl>()("MalformedUrl", { detail: Schema.String }) {
  override get message() {
    return `DATABASE_URL is malformed: ${this.detail}. Expected postgres://user:password@host:5432/database; ` +
      "percent-encode special characters in the password."
  }
}

export class Refused extends Schema.TaggedError<Refused>()("Refused", fields) {
  override get message() {
    return `The database at ${this.where} cannot be reached (${this.detail}). ` +
      "Check that PostgreSQL is running there and that host, port and firewall let this machine in."
  }
}

export class TlsNeeded extends Schema.TaggedError<TlsNeeded>()("TlsNeeded", fields) {
  override get message() {
    return `The database at ${this.where} accepts encrypted connections only (${this.detail}). ` +
      "Add ?sslmode=verify-full (or sslmode=require, which does not check the certificate) to DATABASE_URL."
  }
}

export class TlsFailed extends Schema.TaggedError<TlsFailed>()("TlsFailed", fields) {
  override get message() {
    return `No encrypted connection to ${this.where} could be made (${this.detail}). ` +
      "Name the authority with ?sslrootcert=FILE, or use sslmode=require (certificate not checked) or sslmode=disable."
  }
}

export class Authentication extends Schema.TaggedError<Authentication>()("Authentication", fields) {
  override get message() {
    return `The database at ${this.where} refused the user or password (${this.detail}). ` +
      "Check both in DATABASE_URL, and that pg_hba.conf lets this user in."
  }
}

export class UnknownDatabase extends Schema.TaggedError<UnknownDatabase>()("UnknownDatabase", fields) {
  override get message() {
    return `${this.where}: ${this.detail}. Create it (createdb -O USER DATABASE) or correct DATABASE_URL.`
  }
}

export class NoRights extends Schema.TaggedError<NoRights>()("NoRights", fields) {
  override get message() {
    return `The database user lacks a right at ${this.where} (${this.detail}). ` +
      "Make it the owner of the database: ALTER DATABASE name OWNER TO user."
  }
}

export class ReadOnly extends Schema.TaggedError<ReadOnly>()("ReadOnly", fields) {
  override get message() {
    return `The database at ${this.where} is read-only (${this.detail}). ` +
      "Point DATABASE_URL at the primary server, or unset default_transaction_read_only."
  }
}

export class DiskFull extends Schema.TaggedError<DiskFull>()("DiskFull", fields) {
  override get message() {
    return `The database at ${this.where} has no disk space left (${this.detail}). Free some; nothing else is needed.`
  }
}

export class Overloaded extends Schema.TaggedError<Overloaded>()("Overloaded", fields) {
  override get message() {
    return `The database at ${this.where} has no room for another connection or statement (${this.detail}). ` +
      "Raise max_connections, or lower the pool size of the programs that share it."
  }
}

export class TooOld extends Schema.TaggedError<TooOld>()("TooOld", { where: Schema.String, version: Schema.String }) {
  override get message() {
    return `The server at ${this.where} is PostgreSQL ${this.version}; 14 or later is needed.`
  }
}

export class NewerSchema
  extends Schema.TaggedError<NewerSchema>()("NewerSchema", { found: Schema.Int, known: Schema.Int })
{
  override get message() {
    return `The database's schema is version ${this.found} and this program knows ${this.known}: ` +
      "a newer Aiguilleur wrote it. Run that version, or restore a dump made before the upgrade."
  }
}

export class Failed extends Schema.TaggedError<Failed>()("Failed", fields) {
  override get message() {
    return `The database at ${this.where} failed: ${this.detail}`
  }
}

const reasons = [
  MalformedUrl,
  Refused,
  TlsNeeded,
  TlsFailed,
  Authentication,
  UnknownDatabase,
  NoRights,
  ReadOnly,
  DiskFull,
  Overloaded,
  TooOld,
  NewerSchema,
  Failed
] as const

export class DatabaseError extends Schema.TaggedError<DatabaseError>()("DatabaseError", {
  reason: Schema.Union([...reasons, EmbeddedReason])
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
