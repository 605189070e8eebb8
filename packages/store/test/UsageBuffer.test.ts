/** The buffer's own promises, in virtual time; with a database: `suite/StoreSuite.ts`. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Logger, Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import { DatabaseError } from "../src/DatabaseError.ts"
import { Refused } from "../src/DatabaseReason.ts"
import { Usage } from "../src/Usage.ts"
import { type Options, UsageBuffer } from "../src/UsageBuffer.ts"
import { row } from "./support/UsageRows.ts"

const make = (options: Partial<Options> = {}) =>
  Effect.gen(function*() {
    const state = {
      away: false,
      batches: new Array<number>(),
      fresh: new Array<boolean | undefined>(),
      ids: new Set<string>(),
      attempts: 0,
      hangs: false,
      slow: false
    }
    const usage = Layer.succeed(Usage, {
      insert: ({ writer, first, length }, fresh) =>
        Effect.suspend(() => {
          const insert = Effect.sync(() => {
            state.batches.push(length)
            for (let index = 0; index < length; index++) state.ids.add(`${writer} ${first + index}`)
          })
          state.attempts++
          state.fresh.push(fresh)
          if (state.hangs) return Effect.never
          if (state.slow) return Effect.delay(insert, "100 millis")
          if (state.away) {
            return Effect.fail(new DatabaseError({ reason: new Refused({ where: "test", detail: "away" }) }))
          }
          return insert
        }),
      rows: () => Stream.empty,
      count: () => Effect.succeed(0),
      sums: () => Effect.die("not used"),
      purge: () => Effect.succeed(0)
    })
    const scope = yield* Scope.make()
    const context = yield* Layer.buildWithScope(
      UsageBuffer.layerOf(options).pipe(Layer.provide(usage), Layer.provide(Logger.layer([]))),
      scope
    )
    const buffer = yield* Effect.provide(UsageBuffer, context)
    return { state, buffer, close: Scope.close(scope, Exit.void) }
  })

const offer = (buffer: UsageBuffer["Service"], count: number) => {
  let taken = 0
  for (let index = 0; index < count; index++) if (buffer.offer(row(index))) taken++
  return taken
}

describe("UsageBuffer", () => {
  it.effect("writes within a second, in batches", () =>
    Effect.gen(function*() {
      const { state, buffer } = yield* make({ batch: 100 })
      offer(buffer, 250)
      yield* TestClock.adjust("999 millis")
      assert.strictEqual(buffer.pending(), 250)
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(state.batches, [100, 100, 50])
      assert.strictEqual(buffer.pending(), 0)
      assert.strictEqual(state.ids.size, 250)
    }))

  it.effect("keeps rows while the database is away, tries ever more seldom, and then writes them all", () =>
    Effect.gen(function*() {
      const { state, buffer } = yield* make()
      state.away = true
      offer(buffer, 10)
      yield* TestClock.adjust("30 seconds")
      // After 1, 3, 7, 15 and 25 seconds.
      assert.strictEqual(state.attempts, 5)
      assert.strictEqual(buffer.pending(), 10)
      state.away = false
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(state.ids.size, 10)
      assert.strictEqual(buffer.lost(), 0)
    }))

  it.effect("says of a batch that it is fresh the first time that its rows are sent, and never again", () =>
    Effect.gen(function*() {
      const { state, buffer } = yield* make({ batch: 10 })
      state.away = true
      offer(buffer, 15)
      yield* TestClock.adjust("1 seconds")
      state.away = false
      offer(buffer, 10)
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(state.batches, [10, 10, 5])
      assert.deepStrictEqual(state.fresh, [true, false, true, true])
    }))

  it.effect("takes rows while others are on their way, and writes each once", () =>
    Effect.gen(function*() {
      const { state, buffer } = yield* make({ batch: 10 })
      state.slow = true
      offer(buffer, 5)
      yield* TestClock.adjust("1050 millis")
      offer(buffer, 7)
      assert.strictEqual(buffer.pending(), 12)
      // Those that came meanwhile wait for their own second: one by one they would cost far more.
      yield* TestClock.adjust("949 millis")
      assert.deepStrictEqual([state.batches, state.attempts], [[5], 1])
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(state.attempts, 2)
      yield* TestClock.adjust("100 millis")
      assert.strictEqual(buffer.pending(), 0)
      assert.deepStrictEqual(state.batches, [5, 7])
      assert.strictEqual(state.ids.size, 12)
    }))

  it.effect("counts what is beyond its bound, and takes rows again once there is room", () =>
    Effect.gen(function*() {
      const { state, buffer } = yield* make({ capacity: 100 })
      state.away = true
      assert.strictEqual(offer(buffer, 130), 100)
      assert.strictEqual(buffer.lost(), 30)
      state.away = false
      yield* buffer.flush
      assert.strictEqual(offer(buffer, 100), 100)
      yield* buffer.flush
      assert.strictEqual(state.ids.size, 200)
      assert.strictEqual(buffer.lost(), 30)
    }))

  it.effect("gives up on a statement that hangs and tries it again, under the same numbers", () =>
    Effect.gen(function*() {
      const { state, buffer } = yield* make()
      state.hangs = true
      offer(buffer, 10)
      yield* TestClock.adjust("1 second")
      state.hangs = false
      assert.strictEqual(buffer.pending(), 10)
      yield* TestClock.adjust("32 seconds")
      assert.strictEqual(buffer.pending(), 0)
      assert.strictEqual(state.ids.size, 10)
    }))

  it.effect("writes what waits at the end", () =>
    Effect.gen(function*() {
      const { state, buffer, close } = yield* make()
      offer(buffer, 10)
      yield* close
      assert.strictEqual(state.ids.size, 10)
      assert.strictEqual(buffer.lost(), 0)
    }))

  it.effect("writes at the end what comes while it is writing, too", () =>
    Effect.gen(function*() {
      const { state, buffer, close } = yield* make()
      state.slow = true
      offer(buffer, 5)
      const closing = yield* Effect.forkChild(close)
      yield* TestClock.adjust("50 millis")
      offer(buffer, 3)
      yield* TestClock.adjust("150 millis")
      assert.isDefined(closing.pollUnsafe())
      assert.deepStrictEqual([state.batches, buffer.lost()], [[5, 3], 0])
    }))

  it.effect("delays the end no longer than it may, and counts what it had to leave", () =>
    Effect.gen(function*() {
      const { state, buffer, close } = yield* make()
      state.away = true
      offer(buffer, 10)
      const closing = yield* Effect.forkChild(close)
      yield* TestClock.adjust("4999 millis")
      assert.isUndefined(closing.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.isDefined(closing.pollUnsafe())
      assert.strictEqual(buffer.lost(), 10)
    }))
})
