/** The configuration file last applied: a reload compares with it, so that edits made by command survive. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Context, DateTime, Effect, Layer, Option, type Schema } from "effect"
import { Database } from "./Database.ts"
import { type DatabaseError, refine } from "./DatabaseError.ts"

const name = "configuration"

/** "AIG" and "apply". */
const locked = [0x41_49_47, 4] as const

export class AppliedConfiguration extends Context.Service<AppliedConfiguration, {
  readonly read: Effect.Effect<Option.Option<Schema.Json>, DatabaseError>
  /** Held until the transaction ends: of two gateways that apply a file, the second finds it applied. */
  readonly lock: Effect.Effect<void, DatabaseError>
  /** Secrets must have been taken out. */
  readonly write: (configuration: Schema.Json) => Effect.Effect<void, DatabaseError>
}>()("@aiguilleur/store/AppliedConfiguration") {
  static readonly layer = Layer.effect(
    AppliedConfiguration,
    Effect.gen(function*() {
      const sql = yield* PgClient
      const { where } = yield* Database
      const typed = refine(where)

      const read = typed(sql<{ value: Schema.Json }>`SELECT value FROM settings WHERE name = ${name}`).pipe(
        Effect.map(([row]) => row === undefined ? Option.none() : Option.some(row.value)),
        Effect.withSpan("AppliedConfiguration.read")
      )

      const write = Effect.fn("AppliedConfiguration.write")(function*(configuration: Schema.Json) {
        const now = DateTime.toDateUtc(yield* DateTime.now)
        yield* typed(sql`INSERT INTO settings (name, value, updated_at)
          VALUES (${name}, ${sql.json(configuration)}, ${now})
          ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`)
      })

      const lock = Effect.asVoid(typed(sql`SELECT pg_advisory_xact_lock(${locked[0]}, ${locked[1]})`))

      return AppliedConfiguration.of({ read, write, lock })
    })
  )
}
