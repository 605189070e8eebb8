/** Reads `DATABASE_URL` as libpq does, TLS parameters included, and never shows its password. */
import type { PgPoolConfig } from "@effect/sql-pg/PgClient"
import { Effect, Redacted } from "effect"
import * as fs from "node:fs"
import type { ConnectionOptions } from "node:tls"
import { DatabaseError } from "./DatabaseError.ts"
import { MalformedUrl } from "./DatabaseReason.ts"

export interface Target {
  readonly config: PgPoolConfig
  /** The address for messages: `host:port/database`, without user and password. */
  readonly where: string
}

const modes = ["disable", "allow", "prefer", "require", "no-verify", "verify-ca", "verify-full"]

class Malformed extends Error {}

const file = (url: URL, name: string): Buffer | undefined => {
  const path = url.searchParams.get(name)
  if (path === null) return undefined
  try {
    return fs.readFileSync(path)
  } catch (cause) {
    throw new Malformed(`the file of ${name} cannot be read (${(cause as Error).message})`)
  }
}

// As in libpq: `require` encrypts and checks nothing unless an authority is named; `verify-ca` checks who signed,
// `verify-full` also the host's name. `prefer` and `allow` are left to the driver, which falls back to plain text.
const tls = (url: URL): ConnectionOptions | boolean | undefined => {
  const mode = url.searchParams.get("sslmode")
  if (mode === null || mode === "prefer" || mode === "allow") return undefined
  if (!modes.includes(mode)) throw new Malformed(`sslmode=${mode} is none of ${modes.join(", ")}`)
  if (mode === "disable") return false
  const ca = file(url, "sslrootcert")
  const cert = file(url, "sslcert")
  const key = file(url, "sslkey")
  const checked = mode === "verify-ca" || mode === "verify-full" || (mode === "require" && ca !== undefined)
  return {
    rejectUnauthorized: checked,
    ...(mode === "verify-full" ? {} : { checkServerIdentity: () => undefined }),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key })
  }
}

const read = (raw: string): Target => {
  if (!URL.canParse(raw)) throw new Malformed("it is not a URL")
  const url = new URL(raw)
  if (url.protocol !== "postgres:" && url.protocol !== "postgresql:") {
    throw new Malformed(`it begins with ${url.protocol}//`)
  }
  const database = url.searchParams.get("dbname") ?? url.pathname.slice(1)
  if (database === "") throw new Malformed("it names no database")
  const host = url.searchParams.get("host") ?? url.hostname
  const port = url.searchParams.get("port") ?? (url.port || "5432")
  if (!/^\d{1,5}$/.test(port)) throw new Malformed("its port is not a number")
  for (const part of [url.username, url.password, url.pathname, url.hostname]) {
    try {
      decodeURIComponent(part)
    } catch {
      throw new Malformed("a % in it is not followed by two hexadecimal digits (write %25 for a percent sign)")
    }
  }
  const ssl = tls(url)
  return {
    config: { url: Redacted.make(raw, { label: "DATABASE_URL" }), ...(ssl === undefined ? {} : { ssl }) },
    where: `${host === "" ? "localhost" : decodeURIComponent(host)}:${port}/${decodeURIComponent(database)}`
  }
}

export const parse = (url: Redacted.Redacted): Effect.Effect<Target, DatabaseError> =>
  Effect.try({
    try: () => read(Redacted.value(url).trim()),
    catch: (cause) =>
      new DatabaseError({
        reason: new MalformedUrl({ detail: cause instanceof Malformed ? cause.message : "it cannot be read" })
      })
  })
