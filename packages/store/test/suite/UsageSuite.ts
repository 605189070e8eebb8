/** Usage rows and the applied configuration, written and read back. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { assert } from "@effect/vitest"
import { DateTime, Effect, Option, Stream } from "effect"
import { AppliedConfiguration } from "../../src/AppliedConfiguration.ts"
import { Usage } from "../../src/Usage.ts"
import { batchOf } from "../../src/UsageBatch.ts"
import { UsageBuffer } from "../../src/UsageBuffer.ts"
import { names, type UsageRow } from "../../src/UsageRow.ts"
import { always, clean, limit, quiet, type Tester } from "../support/Fixture.ts"
import { row } from "../support/UsageRows.ts"

/** PostgreSQL keeps no halves of characters. */
const toWellFormed = (row: UsageRow) =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === "string" ? value.toWellFormed() : value])
  )

export const suite = (it: Tester) => {
  it.effect("writes a batch with one statement, and again without doubling it", () =>
    Effect.gen(function*() {
      yield* clean
      const usage = yield* Usage
      const rows = Array.from({ length: 1000 }, (_, index) => row(index))
      const batch = batchOf(crypto.randomUUID(), 0, rows)
      yield* usage.insert(batch)
      yield* usage.insert(batch)
      assert.strictEqual(yield* usage.count(always), 1000)
      const read = yield* Stream.runCollect(usage.rows(always))
      assert.deepStrictEqual([...read], rows)
      const from = DateTime.makeUnsafe(rows[100]!.finishedAt)
      const to = DateTime.makeUnsafe(rows[200]!.finishedAt)
      assert.strictEqual((yield* Stream.runCollect(usage.rows({ from, to }))).length, 100)
      assert.strictEqual(yield* usage.count({ ...always, model: "none" }), 0)
      assert.strictEqual(yield* usage.purge(from), 100)
      assert.strictEqual(yield* usage.count(always), 900)
    }), limit)

  it.effect(
    "writes every row of a buffer but those that no database takes, or that this one refuses",
    () =>
      Effect.gen(function*() {
        yield* clean
        const usage = yield* Usage
        const sql = yield* PgClient
        const poison = sql`ALTER TABLE usage ADD CONSTRAINT poison CHECK (request_id <> 'request-1234')`
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
              Effect.orDie(sql`ALTER TABLE usage DROP CONSTRAINT poison`))
        )
        assert.strictEqual(yield* usage.count({ ...always, model: "withnul" }), 1)
        const written = (yield* Stream.runCollect(usage.rows(always))).filter(({ model }) =>
          model !== "withnul"
        )
        assert.deepStrictEqual(
          written,
          Array.from({ length: 2500 }, (_, index) => row(index)).filter(({ requestId }) => requestId !== "request-1234")
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
      for (const fresh of [true, false]) {
        yield* clean
        yield* usage.insert(batchOf(crypto.randomUUID(), 2 ** 40, rows), fresh)
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
