/** What a running gateway hears of changes, and what it does with them. */
import { assert } from "@effect/vitest"
import { Effect, Queue, Redacted, Stream } from "effect"
import * as KeyCache from "../../src/KeyCache.ts"
import { Keys } from "../../src/Keys.ts"
import { Organisations } from "../../src/Organisations.ts"
import { eventually } from "../support/Condition.ts"
import { clean, limit, type Tester } from "../support/Fixture.ts"

export const suite = (it: Tester) => {
  it.effect("tells of each change of a key, but not of its use", () =>
    Effect.gen(function*() {
      yield* clean
      const keys = yield* Keys
      const heard = yield* Queue.unbounded<string>()
      yield* Effect.forkScoped(Stream.runForEach(keys.changes, (change) =>
        Queue.offer(heard, change._tag === "Changed" ? change.id : change._tag)))
      assert.strictEqual(yield* Queue.take(heard), "Reconnected")
      const { key } = yield* keys.create({ name: "moodle", organisation: "univ-a" })
      assert.strictEqual(yield* Queue.take(heard), key.id)
      yield* keys.touch(new Map([[key.id, 1]]))
      const other = yield* keys.create({ name: "wiki", organisation: "univ-a" })
      assert.strictEqual(yield* Queue.take(heard), other.key.id)
      yield* (yield* Organisations).edit("univ-a", { name: "univ-d" })
      const both = [yield* Queue.take(heard), yield* Queue.take(heard)]
      assert.sameMembers(both, [key.id, other.key.id])
    }), limit)

  it.effect("answers from memory, and follows an edit, a revocation and a new key", () =>
    Effect.gen(function*() {
      yield* clean
      const keys = yield* Keys
      yield* Effect.gen(function*() {
        const cache = yield* KeyCache.KeyCache
        const { key, secret } = yield* keys.create({ name: "moodle", organisation: "univ-a", priority: 1 })
        const text = Redacted.value(secret)
        assert.isUndefined(cache.lookup(text))
        yield* eventually(
          Effect.map(cache.find(text), ({ priority }) => priority === 1 && cache.lookup(text) !== undefined)
        )
        const updates = yield* Queue.unbounded<KeyCache.Update>()
        yield* Effect.forkScoped(
          Stream.runForEach(cache.updates, (update) => Queue.offer(updates, update)),
          { startImmediately: true }
        )
        yield* keys.edit(key.id, { priority: 5 })
        // Its creation may be heard late.
        while ((yield* Queue.take(updates)).key?.priority !== 5) yield* Effect.void
        assert.strictEqual(cache.lookup(text)?.priority, 5)
        yield* keys.revoke(key.id)
        assert.isNotNull((yield* Queue.take(updates)).key?.revokedAt)
        assert.isUndefined(cache.lookup(text))
        const refused = yield* Effect.flip(cache.find(text))
        assert.isTrue(refused._tag === "InvalidKey" && refused.reason === "revoked")
        // Unknown until it is made.
        const later = Redacted.make("made later")
        assert.strictEqual((yield* Effect.flip(cache.find("made later")))._tag, "InvalidKey")
        yield* keys.create({ name: "later", organisation: "univ-a" }, later)
        yield* Queue.take(updates)
        assert.strictEqual((yield* cache.find("made later")).name, "later")
      }).pipe(Effect.scoped, Effect.provide(KeyCache.KeyCache.layer))
      // Uses are written at the end at the latest.
      assert.isNotNull((yield* keys.find("later")).lastUsedAt)
    }), limit)
}
