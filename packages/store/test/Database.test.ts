/** What a DATABASE_URL can be wrong about, each with its own message, none with the password. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { assert, describe, it, layer } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import { ConnectionError, SqlError, UnknownError } from "effect/sql/SqlError"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Database from "../src/Database.ts"
import { classify } from "../src/DatabaseError.ts"
import * as DatabaseUrl from "../src/DatabaseUrl.ts"
import { installed, system } from "./support/TestServer.ts"

const failing = (url: string) =>
  Effect.flip(Effect.scoped(Layer.build(Database.layer({ url: Redacted.make(url), connectTimeout: "5 seconds" }))))

describe("DatabaseUrl", () => {
  const malformed: ReadonlyArray<readonly [string, RegExp]> = [
    ["", /not a URL/],
    ["localhost:5432/x", /begins with localhost/],
    ["mysql://u:sesame@h/x", /begins with mysql:/],
    ["postgres://u:sesame@h", /names no database/],
    ["postgres://u:ses%ame@h/x", /%25/],
    ["postgres://u:sesame@h/x?port=many", /port is not a number/],
    ["postgres://u:sesame@h/x?sslmode=maybe", /sslmode=maybe is none of disable/],
    ["postgres://u:sesame@h/x?sslmode=verify-ca&sslrootcert=/nowhere.pem", /file of sslrootcert cannot be read/]
  ]
  for (const [url, message] of malformed) {
    it.effect(`says what is wrong with ${url === "" ? "an empty one" : url}`, () =>
      Effect.gen(function*() {
        const failure = yield* failing(url)
        assert.strictEqual(failure.reason._tag, "MalformedUrl")
        assert.match(failure.message, message)
        assert.notInclude(failure.message, "sesame")
        assert.notInclude(String(failure), "ses%ame")
      }))
  }

  it.effect("shows host, port and database, never the password", () =>
    Effect.gen(function*() {
      const { where, config } = yield* DatabaseUrl.parse(
        Redacted.make("postgresql://user:p%40ss@db.example:6543/aig%20x")
      )
      assert.strictEqual(where, "db.example:6543/aig x")
      assert.notInclude(JSON.stringify(config), "p%40ss")
    }))
})

describe("DatabaseError", () => {
  it("tells the environment's failures from a statement's own", () => {
    const of = (code: string, message = "m") =>
      classify(
        new SqlError({ reason: new UnknownError({ cause: Object.assign(new Error(message), { code }) }) }),
        "h:5432/x"
      )?._tag
    assert.strictEqual(of("53100", "could not extend file: No space left on device"), "DiskFull")
    assert.strictEqual(of("53300"), "Overloaded")
    assert.strictEqual(of("57P01"), "Refused")
    assert.strictEqual(of("25006"), "ReadOnly")
    assert.strictEqual(of("42501"), "NoRights")
    assert.isUndefined(of("42P01"))
    assert.isUndefined(of("22021"))
    const self = Object.assign(new Error("self-signed certificate"), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" })
    const untrusted = new SqlError({ reason: new ConnectionError({ cause: self }) })
    assert.strictEqual(classify(untrusted, "h:5432/x")?._tag, "TlsFailed")
  })
})

class Secured extends Context.Service<Secured, {
  readonly url: (parts: Partial<{ user: string; password: string; database: string; query: string }>) => string
  readonly certificate: string
}>()("@aiguilleur/store/test/Secured") {}

// Encrypted connections only, with a certificate for 127.0.0.1 that signs itself.
const secured = (bin: string) =>
  Layer.effect(
    Secured,
    Effect.gen(function*() {
      let certificate = ""
      const { port, password } = yield* system(bin, (data) => {
        certificate = path.join(data, "server.crt")
        const key = path.join(data, "server.key")
        execFileSync("openssl", [
          ..."req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1".split(" "),
          ..."-addext subjectAltName=IP:127.0.0.1".split(" "),
          "-out",
          certificate,
          "-keyout",
          key
        ], { stdio: "ignore" })
        const { uid, gid } = fs.statSync(data)
        for (const file of [certificate, key]) fs.chownSync(file, uid, gid)
        fs.chmodSync(key, 0o600)
        fs.appendFileSync(path.join(data, "postgresql.conf"), "ssl = on\n")
        fs.writeFileSync(path.join(data, "pg_hba.conf"), "hostssl all all 127.0.0.1/32 scram-sha-256\n")
      })
      const url: Secured["Service"]["url"] = (parts) =>
        `postgres://${parts.user ?? "owner"}:${parts.password ?? password}@127.0.0.1:${port}/${
          parts.database ?? "postgres"
        }?${parts.query ?? "sslmode=require"}`
      const admin = yield* Layer.build(Database.layer({ url: Redacted.make(url({})) }))
      yield* Effect.gen(function*() {
        const sql = yield* PgClient
        yield* sql`CREATE ROLE reader LOGIN PASSWORD 'sesame'`
        yield* sql`CREATE ROLE late LOGIN PASSWORD 'sesame'`
        yield* sql`ALTER ROLE late SET default_transaction_read_only = on`
        yield* sql`CREATE DATABASE empty`
      }).pipe(Effect.provide(admin))
      return Secured.of({ url, certificate })
    })
  )

if (installed === undefined) {
  describe("Database", () => {
    it.skip("not run: /usr/lib/postgresql has no server to be wrong about", () => {})
  })
} else {
  layer(secured(installed), { excludeTestServices: true, timeout: "60 seconds" })("Database", (it) => {
    const limit = { timeout: 30_000 }
    const says = (
      title: string,
      parts: Parameters<Secured["Service"]["url"]>[0],
      reason: string,
      message: RegExp
    ) =>
      it.effect(title, () =>
        Effect.gen(function*() {
          const failure = yield* failing((yield* Secured).url(parts))
          assert.strictEqual(failure.reason._tag, reason)
          assert.match(failure.message, message)
          assert.notInclude(failure.message, "sesame")
        }), limit)

    says("asks for TLS where the server does", { query: "sslmode=disable" }, "TlsNeeded", /sslmode=verify-full/)
    says("asks for TLS where the server does and nothing was said", { query: "" }, "TlsNeeded", /sslmode=require/)
    says(
      "does not trust a certificate that nobody signed",
      { query: "sslmode=verify-full" },
      "TlsFailed",
      /sslrootcert/
    )
    says("names a wrong password", { password: "sesame" }, "Authentication", /user or password/)
    says("names a database that is not there", { database: "nowhere" }, "UnknownDatabase", /createdb/)
    says(
      "names a role that may not create tables",
      {
        user: "reader",
        password: "sesame",
        database: "empty"
      },
      "NoRights",
      /ALTER DATABASE/
    )
    says("names a database that is read-only", { user: "late", password: "sesame" }, "ReadOnly", /primary server/)

    it.effect("trusts the certificate that it is given, and its host's name", () =>
      Effect.gen(function*() {
        const { url, certificate } = yield* Secured
        const query = `sslmode=verify-full&sslrootcert=${encodeURIComponent(certificate)}`
        const context = yield* Layer.build(Database.layer({ url: Redacted.make(url({ query })) }))
        const sql = yield* Effect.provide(PgClient, context)
        const [session] = yield* sql<{ ssl: boolean; name: string }>`
          SELECT ssl, application_name AS name FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
          WHERE pid = pg_backend_pid()`
        assert.deepStrictEqual(session, { ssl: true, name: "aiguilleur" })
      }), limit)
  })
}

describe("Database that is not there", () => {
  it.live("says who refused", () =>
    Effect.gen(function*() {
      const failure = yield* failing("postgres://u:sesame@127.0.0.1:1/x")
      assert.strictEqual(failure.reason._tag, "Refused")
      assert.match(failure.message, /127\.0\.0\.1:1\/x/)
      assert.notInclude(failure.message, "sesame")
    }))
})
