/** The cache's own promises, in virtual time; with a database: `suite/StoreSuite.ts`. */
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Change } from "../src/Changes.ts"
import { KeyCache, type Options } from "../src/KeyCache.ts"
import * as Fake from "./support/FakeKeys.ts"

const cached = <A, E>(
  use: (fake: Effect.Success<typeof Fake.make>) => Effect.Effect<A, E, KeyCache>,
  options: Partial<Options> = {}
) =>
  Effect.gen(function*() {
    const fake = yield* Fake.make
    return yield* Effect.provide(use(fake), Layer.provide(KeyCache.layerOf(options), fake.layer))
  })

/** Lets the fibers that listen have their turn. */
const turn = TestClock.adjust(1)

describe("KeyCache", () => {
  it.effect("asks the database once for a key, and once for a secret that opens nothing", () =>
    cached((fake) =>
      Effect.gen(function*() {
        const cache = yield* KeyCache
        fake.stored.set("secret", Fake.key("a"))
        assert.isUndefined(cache.lookup("secret"))
        yield* Effect.all([cache.find("secret"), cache.find("secret")], { concurrency: "unbounded" })
        assert.strictEqual(cache.lookup("secret")?.id, "a")
        yield* cache.find("secret")
        assert.strictEqual(fake.state.asked, 1)
        for (let times = 0; times < 3; times++) {
          const failure = yield* Effect.flip(cache.find("nonsense"))
          assert.isTrue(failure._tag === "InvalidKey" && failure.reason === "unknown")
        }
        assert.strictEqual(fake.state.asked, 2)
        yield* Effect.flip(cache.find("x".repeat(1001)))
        assert.strictEqual(fake.state.asked, 2)
      })
    ))

  it.effect("honours expiry to the millisecond without asking", () =>
    cached((fake) =>
      Effect.gen(function*() {
        const cache = yield* KeyCache
        fake.stored.set("secret", Fake.key("a", { expiresAt: DateTime.makeUnsafe(1000) }))
        yield* cache.find("secret")
        yield* TestClock.setTime(999)
        assert.isDefined(cache.lookup("secret"))
        yield* TestClock.setTime(1000)
        assert.isUndefined(cache.lookup("secret"))
        const failure = yield* Effect.flip(cache.find("secret"))
        assert.isTrue(failure._tag === "InvalidKey" && failure.reason === "expired")
        assert.strictEqual(fake.state.asked, 1)
      })
    ))

  it.effect("keeps no more keys and no more strangers than it may, and strangers push out no key", () =>
    cached((fake) =>
      Effect.gen(function*() {
        const cache = yield* KeyCache
        for (let index = 0; index < 4; index++) fake.stored.set(`s${index}`, Fake.key(`k${index}`))
        for (const secret of ["s0", "s1", "s2"]) yield* cache.find(secret)
        cache.lookup("s0")
        yield* cache.find("s3")
        assert.isUndefined(cache.lookup("s1"))
        for (let index = 0; index < 50; index++) yield* Effect.flip(cache.find(`stranger ${index}`))
        assert.deepStrictEqual(cache.size(), { keys: 3, unknown: 5 })
        for (const secret of ["s0", "s2", "s3"]) assert.isDefined(cache.lookup(secret))
      }), { capacity: 3, unknown: 5 }))

  it.effect("answers with what it knows while the database is away, and re-reads it all afterwards", () =>
    cached((fake) =>
      Effect.gen(function*() {
        const cache = yield* KeyCache
        fake.stored.set("secret", Fake.key("a"))
        yield* cache.find("secret")
        fake.state.away = true
        assert.strictEqual((yield* cache.find("secret")).id, "a")
        assert.strictEqual((yield* Effect.flip(cache.find("other")))._tag, "Unavailable")
        fake.stored.set("secret", Fake.key("a", { priority: 4 }))
        fake.stored.set("other", Fake.key("b"))
        yield* fake.signal(Change.Reconnected())
        yield* turn
        assert.strictEqual(cache.lookup("secret")?.priority, 1)
        fake.state.away = false
        yield* TestClock.adjust("1 second")
        assert.strictEqual(cache.lookup("secret")?.priority, 4)
        assert.strictEqual((yield* cache.find("other")).id, "b")
      })
    ))

  it.effect("tells a stranger after a while that the database does not answer, and asks again afterwards", () =>
    cached((fake) =>
      Effect.gen(function*() {
        const cache = yield* KeyCache
        fake.stored.set("secret", Fake.key("a"))
        fake.stored.set("other", Fake.key("b"))
        yield* cache.find("secret")
        fake.state.hangs = true
        // More than are looked up at once: those who wait for a look-up wait no longer than the others.
        const strangers = yield* Effect.forEach(
          Array.from({ length: 20 }, (_, at) => at),
          (at) => Effect.forkChild(Effect.flip(cache.find(`stranger ${at}`)))
        )
        yield* TestClock.adjust(4_999)
        assert.isTrue(strangers.every((fiber) => fiber.pollUnsafe() === undefined))
        yield* TestClock.adjust(1)
        for (const fiber of strangers) assert.strictEqual((yield* Fiber.join(fiber))._tag, "Unavailable")
        assert.strictEqual((yield* cache.find("secret")).id, "a")
        fake.state.hangs = false
        assert.strictEqual((yield* cache.find("other")).id, "b")
      })
    ))

  it.effect("lets no more than a thousand strangers wait for a database that does not answer", () =>
    cached((fake) =>
      Effect.gen(function*() {
        const cache = yield* KeyCache
        fake.state.hangs = true
        for (let at = 0; at < 1_000; at++) yield* Effect.forkChild(Effect.flip(cache.find(`stranger ${at}`)))
        yield* turn
        assert.strictEqual((yield* Effect.flip(cache.find("one more")))._tag, "Unavailable")
        yield* TestClock.adjust("5 seconds")
        fake.state.hangs = false
        assert.strictEqual((yield* Effect.flip(cache.find("one more")))._tag, "InvalidKey")
      })
    ))

  it.effect("forgets a key that is gone, and re-reads all now and then although nobody said anything", () =>
    cached((fake) =>
      Effect.gen(function*() {
        const cache = yield* KeyCache
        fake.stored.set("secret", Fake.key("a"))
        yield* cache.find("secret")
        fake.stored.clear()
        yield* fake.signal(Change.Changed({ id: "a" }))
        yield* turn
        assert.isUndefined(cache.lookup("secret"))
        assert.strictEqual(cache.size().keys, 0)
        fake.stored.set("secret", Fake.key("a"))
        yield* TestClock.adjust("1 minute")
        yield* cache.find("secret")
        fake.stored.set("secret", Fake.key("a", { revokedAt: DateTime.makeUnsafe(0) }))
        yield* TestClock.adjust("1 minute")
        assert.isUndefined(cache.lookup("secret"))
      })
    ))

  it.effect("writes last uses together, and keeps them while it cannot", () =>
    cached((fake) =>
      Effect.gen(function*() {
        const cache = yield* KeyCache
        fake.stored.set("secret", Fake.key("a"))
        yield* cache.find("secret")
        yield* TestClock.adjust("4 seconds")
        cache.lookup("secret")
        fake.state.away = true
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(fake.state.touched.size, 0)
        fake.state.away = false
        yield* TestClock.adjust("10 seconds")
        assert.deepStrictEqual([...fake.state.touched], [["a", 4000]])
      })
    ))
})
