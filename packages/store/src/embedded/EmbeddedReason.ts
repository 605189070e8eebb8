/** What can be wrong with the server that we bring along, or with the folder of its data. */
import { Schema } from "effect"

const fields = { folder: Schema.String, detail: Schema.String }
const elsewhere = "or set AIGUILLEUR_DATA to another folder, or DATABASE_URL to a PostgreSQL of yours."

export class NoBinaries extends Schema.TaggedError<NoBinaries>()("NoBinaries", { detail: Schema.String }) {
  override get message() {
    return `PostgreSQL's programs for this platform cannot be used (${this.detail}). ` +
      "Run npm ci again without --omit=optional, or set DATABASE_URL to a PostgreSQL of yours."
  }
}

export class NoAccount extends Schema.TaggedError<NoAccount>()("NoAccount", { detail: Schema.String }) {
  override get message() {
    return "PostgreSQL refuses to run as root, and no unprivileged user could be found or created for it " +
      `(${this.detail}). Start Aiguilleur as an ordinary user, or set DATABASE_URL to a PostgreSQL of yours.`
  }
}

export class Forbidden extends Schema.TaggedError<Forbidden>()("Forbidden", fields) {
  override get message() {
    return `The data folder ${this.folder} cannot be used: ${this.detail}. Correct its owner or rights, ${elsewhere}`
  }
}

export class NoSpace extends Schema.TaggedError<NoSpace>()("NoSpace", fields) {
  override get message() {
    return `The data folder ${this.folder} has no space left (${this.detail}). Free some, ${elsewhere}`
  }
}

export class Taken extends Schema.TaggedError<Taken>()("Taken", { folder: Schema.String, holder: Schema.String }) {
  override get message() {
    return `Another gateway (${this.holder}) already runs on the data folder ${this.folder}. ` +
      `Stop it first, ${elsewhere}`
  }
}

export class OtherMajor extends Schema.TaggedError<OtherMajor>()("OtherMajor", {
  folder: Schema.String,
  found: Schema.String,
  brought: Schema.String,
  sockets: Schema.String
}) {
  override get message() {
    return `The data in ${this.folder} was written by PostgreSQL ${this.found}; this Aiguilleur brings ` +
      `${this.brought}, which cannot read it. Start the Aiguilleur that wrote it and dump: ` +
      `PGPASSFILE= PGPASSWORD="$(cat ${this.folder}/data/password)" ` +
      `pg_dump -h ${this.sockets} -U aiguilleur -Fc -f aiguilleur.dump aiguilleur. ` +
      `Stop it, move ${this.folder} away, start this Aiguilleur, and restore with ` +
      "pg_restore --clean --if-exists -d aiguilleur aiguilleur.dump and the same -h, -U and password file."
  }
}

export class NotACluster extends Schema.TaggedError<NotACluster>()("NotACluster", fields) {
  override get message() {
    return `${this.folder} holds something other than a PostgreSQL cluster (${this.detail}). Move it away, ${elsewhere}`
  }
}

export class NotStarted extends Schema.TaggedError<NotStarted>()("NotStarted", fields) {
  override get message() {
    return `The embedded PostgreSQL in ${this.folder} did not start: ${this.detail}. ` +
      `Its log is ${this.folder}/server.log.`
  }
}

export const EmbeddedReason = Schema.Union([
  NoBinaries,
  NoAccount,
  Forbidden,
  NoSpace,
  Taken,
  OtherMajor,
  NotACluster,
  NotStarted
])
export type EmbeddedReason = typeof EmbeddedReason.Type

/** What a program of PostgreSQL, or the system, said when it could not go on. */
export const explain = (folder: string, said: string): EmbeddedReason => {
  const text = said.trim()
  const complaint = text.split("\n").findLast((line) => /FATAL|ERROR|PANIC|error|fatal|E[A-Z]{4,}/.test(line))
  const detail = complaint?.trim() ?? text.slice(-300)
  if (/No space left|Check free disk space|ENOSPC|EDQUOT|quota exceeded/i.test(said)) {
    return new NoSpace({ folder, detail })
  }
  if (
    /Permission denied|EACCES|EPERM|EROFS|ENOTDIR|ELOOP|ENAMETOOLONG|Read-only file system|wrong ownership/i.test(said)
  ) {
    return new Forbidden({ folder, detail })
  }
  return new NotStarted({ folder, detail })
}
