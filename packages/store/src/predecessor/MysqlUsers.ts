/** The predecessor's `users` table on a MySQL or MariaDB, row by row as it is. */
import { Effect, Redacted } from "effect"
import type { Connection, ConnectionOptions, RowDataPacket } from "mysql2/promise"
import * as fs from "node:fs"
import { failed, PredecessorError } from "./PredecessorError.ts"

interface Target {
  readonly options: ConnectionOptions
  /** `host:port/database`, without user and password. */
  readonly where: string
}

const modes = ["disabled", "required", "verify_ca", "verify_identity"]

class Malformed extends Error {}

const authority = (path: string): string => {
  try {
    return fs.readFileSync(path, "utf8")
  } catch (cause) {
    throw new Malformed(`the file of ssl-ca cannot be read (${(cause as Error).message})`)
  }
}

/** As MySQL's own clients have it: `required` encrypts and checks nothing, `verify_ca` who signed, and the host too. */
const tls = ({ searchParams }: URL): ConnectionOptions => {
  const mode = (searchParams.get("ssl-mode") ?? "disabled").toLowerCase()
  if (!modes.includes(mode)) throw new Malformed(`ssl-mode=${mode} is none of ${modes.join(", ")}`)
  if (mode === "disabled") return {}
  const file = searchParams.get("ssl-ca")
  return {
    ssl: {
      rejectUnauthorized: mode !== "required",
      verifyIdentity: mode === "verify_identity",
      ...(file === null ? {} : { ca: authority(file) })
    }
  }
}

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new Malformed("a % in it is not followed by two hexadecimal digits (write %25 for a percent sign)")
  }
}

const parse = (text: string): Target => {
  if (!URL.canParse(text)) throw new Malformed("it is not a URL")
  const url = new URL(text)
  const database = decoded(url.pathname.slice(1))
  if (database === "") throw new Malformed("it names no database")
  const host = url.hostname === "" ? "localhost" : url.hostname.replace(/^\[(.*)\]$/, "$1")
  const port = url.port === "" ? 3306 : Number(url.port)
  return {
    where: `${host}:${port}/${database}`,
    options: { host, port, database, user: decoded(url.username), password: decoded(url.password), ...tls(url) }
  }
}

interface Failure {
  readonly code?: string
  readonly message: string
}

/** What to do about it, by the server's or the system's name for it. */
const remedies: Readonly<Record<string, string>> = {
  ER_ACCESS_DENIED_ERROR: "Check user and password in --url.",
  ER_DBACCESS_DENIED_ERROR: "Let this user read the database: GRANT SELECT ON database.users TO user.",
  ER_TABLEACCESS_DENIED_ERROR: "Let this user read the table: GRANT SELECT ON database.users TO user.",
  ER_BAD_DB_ERROR: "Correct the database's name in --url.",
  ER_SECURE_TRANSPORT_REQUIRED: "Add ?ssl-mode=required (or verify_identity&ssl-ca=FILE) to --url.",
  HANDSHAKE_NO_SSL_SUPPORT: "The server does not encrypt: leave ssl-mode out of --url.",
  HANDSHAKE_SSL_ERROR: "Name the authority with &ssl-ca=FILE, or use ssl-mode=required, which checks nothing."
}

const reach = "Check that MySQL is running there and that host, port and firewall let this machine in."

const said = ({ code, message }: Failure): string => message === "" ? code ?? "no reason was given" : message

const refused = (where: string, failure: Failure) =>
  failed(`The database at ${where} cannot be read (${said(failure)}). ${remedies[failure.code ?? ""] ?? reach}`)

const connect = (options: ConnectionOptions): Effect.Effect<Connection, Failure> =>
  Effect.tryPromise({
    // Loaded when it is needed: no other command and no gateway ever is slower for it.
    try: async () => {
      const { createConnection } = await import("mysql2/promise")
      return createConnection({ ...options, connectTimeout: 10_000 })
    },
    catch: (cause) => cause as Failure
  })

export const rows = Effect.fnUntraced(function*(url: Redacted.Redacted) {
  // The predecessor itself writes mysql+pymysql://.
  const plain = Redacted.value(url).replace(/^(?:mysql|mariadb)(?:\+\w+)?:/i, "mysql:")
  const { options, where } = yield* Effect.try({
    try: () => parse(plain),
    catch: (cause) =>
      new PredecessorError({
        message: `--url is malformed: ${cause instanceof Malformed ? cause.message : "it cannot be read"}.`
      })
  })
  const connection = yield* Effect.acquireRelease(
    Effect.catch(connect(options), (failure) => refused(where, failure)),
    (connection) => Effect.sync(() => connection.destroy())
  )
  const query = Effect.tryPromise({
    try: () => connection.query<Array<RowDataPacket>>("SELECT * FROM users ORDER BY name"),
    catch: (cause) => cause as Failure
  })
  const [rows] = yield* Effect.catch(query, (failure) =>
    failure.code === "ER_NO_SUCH_TABLE"
      ? failed(`${where} has no readable table \`users\`: ${said(failure)}.`)
      : refused(where, failure))
  return rows as ReadonlyArray<unknown>
}, Effect.scoped)
