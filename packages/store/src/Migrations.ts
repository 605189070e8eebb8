/** Brings the schema to the version that this program knows, once, however many programs start at the same time. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Effect } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import { DatabaseError } from "./DatabaseError.ts"
import { NewerSchema } from "./DatabaseReason.ts"
import * as keysAndUsage from "./migration/0001_keys_and_usage.ts"
import * as oneIndexOfUsage from "./migration/0002_one_index_of_usage.ts"
import * as usageInBatches from "./migration/0003_usage_in_batches.ts"

export interface Migration {
  readonly name: string
  /** One statement each: PostgreSQL's extended protocol takes no more at once. */
  readonly statements: ReadonlyArray<string>
}

/** In order, the first one being version 1. One that has been released is never edited: add another. */
export const all: ReadonlyArray<Migration> = [keysAndUsage, oneIndexOfUsage, usageInBatches]

/** "AIG" and "migrate": held for one transaction, so that the second of two gateways waits and then finds it done. */
const lock = [0x41_49_47, 3] as const

/**
 * Runs what is missing, all of it or nothing, and returns the versions that were added. A package with migrations of
 * its own numbers them in a table of its own.
 */
export const migrate = Effect.fn("Migrations.migrate")(function*(
  migrations: ReadonlyArray<Migration>,
  table = "schema_versions"
): Effect.fn.Return<ReadonlyArray<number>, SqlError | DatabaseError, PgClient> {
  const sql = yield* PgClient
  const current = Effect.map(
    sql<{ version: number }>`SELECT coalesce(max(version), 0) AS version FROM ${sql(table)}`,
    (rows) => rows[0]!.version
  )
  return yield* sql.withTransaction(Effect.gen(function*() {
    yield* sql`SELECT pg_advisory_xact_lock(${lock[0]}, ${lock[1]})`
    // Looked up before it is created: a user who may only read and write finds a schema that is up to date.
    const [versions] = yield* sql<{ found: boolean }>`SELECT to_regclass(${table}::text) IS NOT NULL AS found`
    if (!versions!.found) {
      yield* sql`CREATE TABLE ${sql(table)} (
        version integer PRIMARY KEY,
        name text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
      )`
    }
    const found = yield* current
    const known = migrations.length
    if (found > known) return yield* new DatabaseError({ reason: new NewerSchema({ found, known }) })
    const added: Array<number> = []
    for (const [index, { name, statements }] of migrations.entries()) {
      const version = index + 1
      if (version <= found) continue
      for (const statement of statements) yield* sql.unsafe(statement)
      yield* sql`INSERT INTO ${sql(table)} (version, name) VALUES (${version}, ${name})`
      added.push(version)
    }
    return added
  }))
})
