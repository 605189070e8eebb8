import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { GatewaySettings } from "../../src/GatewaySettings.ts"
import { Guesses } from "../../src/Guesses.ts"

const three = Guesses.layer.pipe(Layer.provide(GatewaySettings.layerOf({ wrongKeys: 3 })))

const wrong = (guesses: Guesses["Service"], address: string, times: number) => {
  for (let i = 0; i < times; i++) guesses.wrongUnsafe(address)
}

describe("Guesses", () => {
  it.effect("let an address be wrong a few times, then make it wait, each time twice as long", () =>
    Effect.gen(function*() {
      const guesses = yield* Guesses
      wrong(guesses, "192.0.2.1", 3)
      assert.strictEqual(guesses.pauseUnsafe("192.0.2.1"), 0)
      for (const pause of [1_000, 2_000, 4_000]) {
        wrong(guesses, "192.0.2.1", 1)
        assert.strictEqual(guesses.pauseUnsafe("192.0.2.1"), pause)
        assert.strictEqual(guesses.pauseUnsafe("192.0.2.2"), 0)
        yield* TestClock.adjust(pause)
        assert.strictEqual(guesses.pauseUnsafe("192.0.2.1"), 0)
      }
      wrong(guesses, "192.0.2.1", 100)
      assert.strictEqual(guesses.pauseUnsafe("192.0.2.1"), 300_000)
    }).pipe(Effect.provide(three)))

  it.effect("go on serving keys that were right from the same address", () =>
    Effect.gen(function*() {
      const guesses = yield* Guesses
      wrong(guesses, "192.0.2.1", 1)
      assert.isTrue(guesses.rightUnsafe("192.0.2.1", "key:neighbour"))
      wrong(guesses, "192.0.2.1", 3)
      assert.isTrue(guesses.rightUnsafe("192.0.2.1", "key:neighbour"))
      assert.isFalse(guesses.rightUnsafe("192.0.2.1", "key:guessed"))
      yield* TestClock.adjust(1_000)
      assert.isTrue(guesses.rightUnsafe("192.0.2.1", "key:guessed"))
    }).pipe(Effect.provide(three)))

  it.effect("take the network of an IPv6 address for its holder", () =>
    Effect.gen(function*() {
      const guesses = yield* Guesses
      wrong(guesses, "2001:db8::1", 2)
      wrong(guesses, "2001:db8:0:0:ffff::2", 2)
      assert.isAbove(guesses.pauseUnsafe("2001:db8::9:9:9:9"), 0)
      assert.strictEqual(guesses.pauseUnsafe("2001:db8:0:1::1"), 0)
    }).pipe(Effect.provide(three)))

  it.effect("remember ten thousand addresses at most, and none that has been quiet for a quarter of an hour", () =>
    Effect.gen(function*() {
      const guesses = yield* Guesses
      for (let i = 0; i < 50_000; i++) wrong(guesses, `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, 1)
      assert.strictEqual(guesses.sizeUnsafe(), 10_000)
      yield* TestClock.adjust("15 minutes")
      wrong(guesses, "192.0.2.1", 1)
      assert.strictEqual(guesses.sizeUnsafe(), 1)
    }).pipe(Effect.provide(three)))
})
