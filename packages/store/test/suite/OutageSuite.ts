/** A server that goes away and comes back. */
import { assert } from "@effect/vitest"
import { Effect, Fiber, Queue, Redacted, Stream } from "effect"
import { DatabaseError } from "../../src/DatabaseError.ts"
import * as KeyCache from "../../src/KeyCache.ts"
import { Keys } from "../../src/Keys.ts"
import { Usage } from "../../src/Usage.ts"
import { UsageBuffer } from "../../src/UsageBuffer.ts"
import { eventually } from "../support/Condition.ts"
import { always, clean, limit, quiet, type Tester } from "../support/Fixture.ts"
import { TestServer } from "../support/TestServer.ts"
import { row } from "../support/UsageRows.ts"

export const suite = (it: Tester, hasSwitch: boolean) => {
  const switched = hasSwitch ? it.effect : it.effect.skip

  switched("goes on with what it knows while the database is away, and catches up", () =>
    Effect.gen(function*() {
      yield* clean
      const server = yield* TestServer
      const keys = yield* Keys
      const usage = yield* Usage
      const { key, secret } = yield* keys.create({ name: "moodle", organisation: "univ-a", priority: 1 })
      const text = Redacted.value(secret)
      yield* Effect.gen(function*() {
        const cache = yield* KeyCache.KeyCache
        const buffer = yield* UsageBuffer
        yield* eventually(Effect.map(cache.find(text), () => cache.lookup(text) !== undefined))
        yield* server.stop
        const failure = yield* Effect.flip(keys.list())
        assert.instanceOf(failure, DatabaseError)
        assert.strictEqual(failure.reason._tag, "Refused")
        assert.strictEqual(cache.lookup(text)?.id, key.id)
        assert.strictEqual((yield* Effect.flip(cache.find("stranger")))._tag, "Unavailable")
        for (let index = 0; index < 50; index++) assert.isTrue(buffer.offer(row(index)))
        yield* buffer.flush
        assert.strictEqual(buffer.pending(), 50)
        yield* server.start
        // Changed by someone else before the cache listens again, or just after: either way it arrives.
        yield* keys.edit(key.id, { priority: 3 })
        yield* eventually(Effect.sync(() => cache.lookup(text)?.priority === 3))
        yield* eventually(Effect.sync(() => buffer.pending() === 0))
        assert.strictEqual(buffer.lost(), 0)
        assert.strictEqual(yield* usage.count(always), 50)
        assert.strictEqual((yield* Effect.flip(cache.find("stranger")))._tag, "InvalidKey")
      }).pipe(Effect.provide([KeyCache.KeyCache.layer, UsageBuffer.layer, quiet]))
    }), limit)

  switched("says Reconnected after a restart, and hears again", () =>
    Effect.gen(function*() {
      yield* clean
      const server = yield* TestServer
      const keys = yield* Keys
      const heard = yield* Queue.unbounded<string>()
      const listening = yield* Effect.forkScoped(
        Stream.runForEach(keys.changes, (change) => Queue.offer(heard, change._tag))
      )
      assert.strictEqual(yield* Queue.take(heard), "Reconnected")
      yield* server.stop
      yield* server.start
      assert.strictEqual(yield* Queue.take(heard), "Reconnected")
      yield* keys.create({ name: "moodle", organisation: "univ-a" })
      assert.strictEqual(yield* Queue.take(heard), "Changed")
      yield* Fiber.interrupt(listening)
    }), limit)
}
