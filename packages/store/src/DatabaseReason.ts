/** What can be wrong with a database: one class per reason, whose message names the remedy. */
import { Schema } from "effect"

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

export const DatabaseReason = Schema.Union([
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
])
export type DatabaseReason = typeof DatabaseReason.Type
