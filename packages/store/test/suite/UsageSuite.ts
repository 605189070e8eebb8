/** Usage rows and the applied configuration, written and read back. */
import { assert } from "@effect/vitest"
import { DateTime, Effect, Option, Stream } from "effect"
import { AppliedConfiguration } from "../../src/AppliedConfiguration.ts"
import { Usage } from "../../src/Usage.ts"
import { UsageBuffer } from "../../src/UsageBuffer.ts"
import { always, clean, limit, quiet, type Tester } from "../support/Fixture.ts"
import { row } from "../support/UsageRows.ts"

export const suite = (it: Tester) => {
  it.effect("writes a batch with one statement, and again without doubling it", () =>
    Effect.gen(function*() {
      yield* clean
      const usage = yield* Usage
      const rows = Array.from({ length: 1000 }, (_, index) => row(index))
      const batch = { writer: crypto.randomUUID(), first: 0, rows }
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

  it.effect("writes every row of a buffer but one that no database takes", () =>
    Effect.gen(function*() {
      yield* clean
      const usage = yield* Usage
      yield* Effect.gen(function*() {
        const buffer = yield* UsageBuffer
        for (let index = 0; index < 2500; index++) buffer.offer(row(index))
        buffer.offer({ ...row(2500), model: "with\0nul" })
        buffer.offer({ ...row(2501), priority: 2 ** 40 })
        yield* buffer.flush
        assert.strictEqual(buffer.pending(), 0)
        assert.strictEqual(buffer.lost(), 1)
      }).pipe(Effect.provide([UsageBuffer.layer, quiet]))
      assert.strictEqual(yield* usage.count(always), 2501)
      assert.strictEqual(yield* usage.count({ ...always, model: "withnul" }), 1)
    }), limit)

  it.effect(
    "keeps apart rows that are nearly alike, and writes fresh ones like those that may be there",
    () =>
      Effect.gen(function*() {
        const usage = yield* Usage
        // Alike in all but two columns that are neighbours, and in any pair of these.
        const texts = [null, "", "null", "\u0001", "a", "b", "ab", "a\u0001"]
        const pairs = texts.flatMap((keyId) => texts.map((keyName) => ({ keyId, keyName })))
        const rows = pairs.map((names, index) => ({ ...row(1), requestId: `request-${index}`, ...names }))
        for (const fresh of [true, false]) {
          yield* clean
          yield* usage.insert({ writer: crypto.randomUUID(), first: 2 ** 40, rows, fresh })
          assert.deepStrictEqual([...yield* Stream.runCollect(usage.rows(always))], rows)
        }
      }),
    limit
  )

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
