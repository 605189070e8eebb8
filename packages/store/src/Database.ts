/** The one store: any PostgreSQL ≥ 14 by its URL, or the one that we bring along; checked, migrated, pooled. */
import * as PgClient from "@effect/sql-pg/PgClient"
import { Config, Context, type Duration, Effect, Layer, Option, type Redacted, type Scope, String } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import { SqlClient } from "effect/sql/SqlClient"
import { DatabaseError, fromSqlError } from "./DatabaseError.ts"
import { ReadOnly, TooOld } from "./DatabaseReason.ts"
import * as DatabaseUrl from "./DatabaseUrl.ts"
import * as Embedded from "./Embedded.ts"
import type { Role } from "./embedded/Membership.ts"
import * as Migrations from "./Migrations.ts"
import { registry } from "./PgArray.ts"

export interface Options {
  /** Without it the embedded server is used. */
  readonly url?: Redacted.Redacted
  /** Folder of the embedded server's data. Default `./data`. */
  readonly data?: string
  /** Only matters to the embedded server. Default `gateway`. */
  readonly role?: Role
  /** Connections of the pool. A gateway has two more, which listen to changes. Default 10. */
  readonly connections?: number
  /** Default 5 seconds, or the URL's `connect_timeout`. */
  readonly connectTimeout?: Duration.Input
  /** Default all; tests pass fewer or more. */
  readonly migrations?: ReadonlyArray<Migrations.Migration>
}

/** What is worth saying about the database that was reached. */
export class Database extends Context.Service<Database, {
  /** The address, without user and password. */
  readonly where: string
  readonly embedded: boolean
  /** As the server tells it, such as `18.4`. */
  readonly version: string
  /** Schema versions that were added just now. */
  readonly migrated: ReadonlyArray<number>
  /** Whether it answers now. */
  readonly answers: Effect.Effect<boolean>
}>()("@aiguilleur/store/Database") {}

const target = (options: Options): Effect.Effect<DatabaseUrl.Target, DatabaseError, Scope.Scope> => {
  if (options.url !== undefined) return DatabaseUrl.parse(options.url)
  const data = options.data ?? "./data"
  return Effect.map(
    Embedded.make({ data, role: options.role ?? "gateway" }),
    (config) => ({ config, where: `${data}/postgres` })
  )
}

/** Oldest version whose SQL we speak. */
const oldest = 140_000

const inspect = Effect.fnUntraced(function*(where: string) {
  const sql = yield* PgClient.PgClient
  const [row] = yield* sql<{ number: number; version: string; readOnly: string; recovery: boolean }>`
    SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version,
      current_setting('transaction_read_only') AS read_only, pg_is_in_recovery() AS recovery`
  const { number, version, readOnly, recovery } = row!
  if (number < oldest) return yield* new DatabaseError({ reason: new TooOld({ where, version }) })
  if (recovery || readOnly === "on") {
    const detail = recovery ? "it is a replica" : "default_transaction_read_only is on"
    return yield* new DatabaseError({ reason: new ReadOnly({ where, detail }) })
  }
  return version
})

const answers = (sql: PgClient.PgClient): Effect.Effect<boolean> =>
  Effect.match(Effect.timeout(sql`SELECT 1`, "1 second"), { onSuccess: () => true, onFailure: () => false })

const make = Effect.fnUntraced(function*(options: Options) {
  const { config, where } = yield* target(options)
  const client = yield* PgClient.make({
    ...config,
    types: registry(),
    applicationName: "aiguilleur",
    maxConnections: options.connections ?? 10,
    ...(options.connectTimeout === undefined ? {} : { connectTimeout: options.connectTimeout }),
    // A peer that vanished is noticed by the listeners too, which only ever wait.
    keepAlive: "10 seconds",
    transformResultNames: String.snakeToCamel,
    transformQueryNames: String.camelToSnake,
    // What is kept as JSON keeps its own names.
    transformJson: false
  }).pipe(Effect.mapError(fromSqlError(where)))
  const prepare = Effect.all([inspect(where), Migrations.migrate(options.migrations ?? Migrations.all)])
  const [version, migrated] = yield* prepare.pipe(
    Effect.provideService(PgClient.PgClient, client),
    Effect.catchTag("SqlError", (error) => Effect.fail(fromSqlError(where)(error)))
  )
  return Context.make(PgClient.PgClient, client).pipe(
    Context.add(SqlClient, client),
    Context.add(Database, { where, embedded: options.url === undefined, version, migrated, answers: answers(client) })
  )
})

/** Fails with one clear message; afterwards a database that goes away is met by each statement on its own. */
export const layer = (
  options: Options
): Layer.Layer<PgClient.PgClient | SqlClient | Database, DatabaseError> =>
  Layer.provide(Layer.effectContext(make(options)), Reactivity.layer)

/** By `DATABASE_URL`, else embedded in `AIGUILLEUR_DATA`. */
export const layerConfig = (role: Role) =>
  Layer.unwrap(Effect.gen(function*() {
    const url = yield* Config.option(Config.Redacted("DATABASE_URL"))
    const data = yield* Config.String("AIGUILLEUR_DATA").pipe(Config.withDefault("./data"))
    return layer({ role, data, ...Option.match(url, { onNone: () => ({}), onSome: (url) => ({ url }) }) })
  }))
