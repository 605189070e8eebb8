/** A database such as the predecessor's, reached by a URL: a PostgreSQL, or Debian's MariaDB. */
import * as PgConnection from "@effect/sql-pg/PgConnection"
import { Context, Effect, Layer, Redacted } from "effect"
import * as path from "node:path"
import * as Embedded from "../../src/Embedded.ts"
import { folder } from "./Folder.ts"

/** A name too long for a socket makes the server listen where a URL can reach it. */
export class Predecessor extends Context.Service<Predecessor, {
  readonly url: string
  readonly query: (sql: string) => Effect.Effect<void>
  /** File of the certificate that it signed itself, where it encrypts. */
  readonly certificate?: string
}>()("@aiguilleur/store/test/Predecessor") {
  static readonly layer = Layer.effect(
    Predecessor,
    Effect.gen(function*() {
      const data = path.join(yield* folder, "d".repeat(100))
      const address = yield* Embedded.make({ data, role: "cli" })
      const connection = yield* PgConnection.make(address)
      const password = Redacted.value(address.password as Redacted.Redacted)
      return {
        url: `postgres://aiguilleur:${password}@127.0.0.1:${address.port}/aiguilleur`,
        query: (sql) => Effect.asVoid(Effect.orDie(connection.query(sql)))
      }
    })
  )
}
