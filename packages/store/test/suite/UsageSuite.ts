/** Usage rows and the applied configuration, written and read back. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { assert } from "@effect/vitest"
import { DateTime, Effect, Option, Stream } from "effect"
import { AppliedConfiguration } from "../../src/AppliedConfiguration.ts"
import { Usage } from "../../src/Usage.ts"
import { batchOf } from "../../src/UsageBatch.ts"
import { UsageBuffer } from "../../src/UsageBuffer.ts"
import { manyRows } from "../../src/UsageInsert.ts"
import { names, type UsageRow } from "../../src/UsageRow.ts"
import { always, clean, limit, quiet, type Tester } from "../support/Fixture.ts"
import { row } from "../support/UsageRows.ts"

/** PostgreSQL keeps no halves of characters. */
const toWellFormed = (row: UsageRow) =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === "string" ? value.toWellFormed() : value])
  )

export const suite = (it: Tester) => {
  for (const length of [manyRows - 1, manyRows, 1000]) {
    it.effect(
      `writes a batch of ${length} rows with one statement, and again without doubling it`,
      () =>
        Effect.gen(function*() {
          yield* clean
          const usage = yield* Usage
          const rows = Array.from({ length }, (_, index) => row(index))
          const batch = batchOf(crypto.randomUUID(), 0, rows)
          yield* usage.insert(batch, true)
          yield* usage.insert(batch)
          assert.strictEqual(yield* usage.count(always), length)
          const sql = yield* PgClient
          const [kept] = yield* sql<{ batches: number }>`SELECT count(*)::int AS batches FROM usage_batches`
          assert.strictEqual(kept!.batches, length < manyRows ? 0 : 1)
          assert.deepStrictEqual([...yield* Stream.runCollect(usage.rows(always))], rows)
          const from = DateTime.makeUnsafe(rows[10]!.finishedAt)
          const to = DateTime.makeUnsafe(rows[90]!.finishedAt)
          assert.deepStrictEqual([...yield* Stream.runCollect(usage.rows({ from, to }))], rows.slice(10, 90))
          assert.strictEqual(yield* usage.count({ ...always, model: "none" }), 0)
        }),
      limit
    )
  }

  it.effect("takes no batch apart that says of itself to be of another time", () =>
    Effect.gen(function*() {
      yield* clean
      const usage = yield* Usage
      const sql = yield* PgClient
      const rows = Array.from({ length: manyRows }, (_, index) => row(index))
      yield* usage.insert(batchOf(crypto.randomUUID(), 0, rows))
      const from = rows[0]!.finishedAt
      const span = { ...always, from: DateTime.makeUnsafe(from) }
      const sums = usage.sums({ from, times: [0], lengths: [0] })
      assert.strictEqual(yield* usage.count(span), manyRows)
      assert.isAbove((yield* sums).length, 0)
      // It lies, which shows who asks it.
      yield* sql`UPDATE usage_batches SET oldest = 'epoch', newest = 'epoch'`
      assert.strictEqual(yield* usage.count(span), 0)
      assert.deepStrictEqual(yield* sums, [])
      yield* sql`UPDATE usage_batches SET oldest = 'infinity', newest = 'infinity'`
      assert.strictEqual(yield* usage.count(span), 0)
    }), limit)

  it.effect(
    "purges what is older to the row, whether it came in many rows at once or in few",
    () =>
      Effect.gen(function*() {
        yield* clean
        const usage = yield* Usage
        const sql = yield* PgClient
        const rows = Array.from({ length: 1000 }, (_, index) => row(index))
        const first = [0, 10, 20, 500, 550]
        const writer = crypto.randomUUID()
        for (const [index, from] of first.entries()) {
          yield* usage.insert(batchOf(writer, from, rows.slice(from, first[index + 1])))
        }
        let kept = 1000
        for (const next of [5, 10, 15, 123, 123, 500, 510, 777, 999, 1000]) {
          const before = DateTime.makeUnsafe(next === 1000 ? rows[999]!.finishedAt + 1 : rows[next]!.finishedAt)
          assert.strictEqual(yield* usage.purge(before), kept - (1000 - next))
          kept = 1000 - next
          assert.deepStrictEqual([...yield* Stream.runCollect(usage.rows(always))], rows.slice(next))
          // What went is nowhere, and a batch says of itself what it holds now.
          const [left] = yield* sql<{ bad: number }>`SELECT (
          (SELECT count(*) FROM usage_rows WHERE finished_at < ${DateTime.toDateUtc(before)}) +
          (SELECT count(*) FROM usage_batches WHERE oldest <> (SELECT min(moment) FROM unnest(finished_at) AS moment)
            OR newest <> (SELECT max(moment) FROM unnest(finished_at) AS moment))
        )::int AS bad`
          assert.strictEqual(left!.bad, 0)
        }
      }),
    limit
  )

  it.effect(
    "writes every row of a buffer but those that no database takes, or that this one refuses",
    () =>
      Effect.gen(function*() {
        yield* clean
        const usage = yield* Usage
        const sql = yield* PgClient
        const poison = sql`ALTER TABLE usage_batches
          ADD CONSTRAINT poison CHECK (NOT request_id @> ARRAY['request-1234'])`.pipe(
          Effect.andThen(sql`ALTER TABLE usage_rows ADD CONSTRAINT poison CHECK (request_id <> 'request-1234')`)
        )
        yield* Effect.gen(function*() {
          const buffer = yield* UsageBuffer
          for (let index = 0; index < 2500; index++) buffer.offer(row(index))
          assert.isTrue(buffer.offer({ ...row(2500), model: "with\0nul" }))
          assert.isFalse(buffer.offer({ ...row(2501), priority: 2 ** 40 }))
          assert.isFalse(buffer.offer({ ...row(2501), promptTokens: 0.5 }))
          assert.isFalse(buffer.offer({ ...row(2501), finishedAt: Number.NaN }))
          yield* buffer.flush
          assert.strictEqual(buffer.pending(), 0)
          assert.strictEqual(buffer.lost(), 4)
        }).pipe(
          Effect.provide([UsageBuffer.layer, quiet]),
          (writing) =>
            Effect.acquireUseRelease(poison, () =>
              writing, () =>
              Effect.forEach(["usage_batches", "usage_rows"], (table) =>
                Effect.orDie(sql`ALTER TABLE ${sql(table)} DROP CONSTRAINT poison`)))
        )
        assert.strictEqual(yield* usage.count({ ...always, model: "withnul" }), 1)
        const written = (yield* Stream.runCollect(usage.rows(always))).filter(({ model }) =>
          model !== "withnul"
        )
        assert.deepStrictEqual(
          written,
          Array.from({ length: 2500 }, (_, index) =>
            row(index)).filter(({ requestId }) =>
              requestId !== "request-1234"
            )
        )
      }),
    limit
  )

  it.effect("keeps apart rows that differ in one column alone, whichever it is", () =>
    Effect.gen(function*() {
      const usage = yield* Usage
      const changed = names.flatMap((name) => {
        const value = name === "firstByteAt" ? row(1).grantedAt : row(1)[name]
        const others = typeof value === "boolean"
          ? [!value]
          : typeof value === "number"
          ? [value + 1]
          : name === "routingMode"
          ? ["any"]
          : name === "ending"
          ? ["failed"]
          : ["", "null", "“é”", "\ud800", "a much longer text ".repeat(20)]
        return [row(1), ...others.map((other) => ({ ...row(1), [name]: other })), { ...row(1), keyId: null }]
      })
      const rows = changed.map((row, index) => ({ ...row, finishedAt: row.finishedAt + 10 * index }))
      // Together they are many, in parts they are few.
      for (const size of [rows.length, 50]) {
        yield* clean
        const writer = crypto.randomUUID()
        for (let from = 0; from < rows.length; from += size) {
          yield* usage.insert(batchOf(writer, 2 ** 40 + from, rows.slice(from, from + size)), true)
        }
        const read = yield* Stream.runCollect(usage.rows(always))
        assert.deepStrictEqual([...read], rows.map((row) => toWellFormed(row)))
      }
    }), limit)

  it.effect("remembers the configuration last applied, names of fields included", () =>
    Effect.gen(function*() {
      yield* clean
      const applied = yield* AppliedConfiguration
      assert.isTrue(Option.isNone(yield* applied.read))
      yield* applied.write({ models: [{ maxConcurrent: 1, snake_case: null }] })
      yield* applied.write({ models: [{ maxConcurrent: 2, snake_case: null }] })
      assert.deepStrictEqual(
        Option.getOrThrow(yield* applied.read),
        { models: [{ maxConcurrent: 2, snake_case: null }] }
      )
    }), limit)
}
