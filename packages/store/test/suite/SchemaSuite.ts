/** The schema: migrated once, whole or not at all, and never by an older program. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { assert } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import * as Database from "../../src/Database.ts"
import * as Migrations from "../../src/Migrations.ts"
import { Usage } from "../../src/Usage.ts"
import { batchOf } from "../../src/UsageBatch.ts"
import { manyRows } from "../../src/UsageInsert.ts"
import { always, clean, limit, type Tester } from "../support/Fixture.ts"
import { TestServer } from "../support/TestServer.ts"
import { row } from "../support/UsageRows.ts"

export const suite = (it: Tester) => {
  it.effect("says which server it reached, without a password", () =>
    Effect.gen(function*() {
      const { where, version, migrated } = yield* Database.Database
      assert.notInclude(where, "@")
      assert.isAtLeast(Number.parseInt(version), 14)
      assert.deepStrictEqual(migrated, Migrations.all.map((_, index) => index + 1))
    }), limit)

  it.effect("migrates once when several start at the same time", () =>
    Effect.gen(function*() {
      const sql = yield* PgClient
      const last = { name: "a test's", statements: ["CREATE TABLE made_by_a_test (id integer)"] }
      const runs = yield* Effect.all(
        Array.from({ length: 6 }, () => Migrations.migrate([...Migrations.all, last])),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(runs.flat(), [Migrations.all.length + 1])
      const { options } = yield* TestServer
      const failure = yield* Effect.flip(Effect.scoped(Layer.build(Database.layer(options))))
      assert.strictEqual(failure.reason._tag, "NewerSchema")
      assert.include(failure.message, "a newer Aiguilleur wrote it")
      yield* sql`DROP TABLE made_by_a_test`
      yield* sql`DELETE FROM schema_versions WHERE version > ${Migrations.all.length}`
    }), limit)

  it.effect("undoes a migration that fails, and all that came with it", () =>
    Effect.gen(function*() {
      const sql = yield* PgClient
      const bad = { name: "bad", statements: ["CREATE TABLE half (id integer)", "CREATE TABLE nonsense ("] }
      yield* Effect.flip(Migrations.migrate([...Migrations.all, bad]))
      const [found] = yield* sql<{ table: string | null }>`SELECT to_regclass('half')::text AS table`
      assert.isNull(found!.table)
      assert.deepStrictEqual(yield* Migrations.migrate(Migrations.all), [])
    }), limit)

  it.effect("keeps rows that were written before batches were, in the same view", () =>
    Effect.gen(function*() {
      yield* clean
      const usage = yield* Usage
      const sql = yield* PgClient
      const rows = Array.from({ length: 2 * manyRows }, (_, index) => row(index))
      yield* usage.insert(batchOf(crypto.randomUUID(), 0, rows.slice(0, 10)))
      yield* usage.insert(batchOf(crypto.randomUUID(), 10, rows.slice(10)))
      // Back to where the table was all there is, and on again.
      yield* sql`DROP VIEW usage`
      yield* sql`DROP TABLE usage_batches`
      yield* sql`ALTER TABLE usage_rows RENAME TO usage`
      yield* sql`DELETE FROM schema_versions WHERE version > 2`
      assert.deepStrictEqual(yield* Migrations.migrate(Migrations.all), [3])
      yield* usage.insert(batchOf(crypto.randomUUID(), 10, rows.slice(10)), true)
      assert.deepStrictEqual([...yield* Stream.runCollect(usage.rows(always))], rows)
    }), limit)
}
