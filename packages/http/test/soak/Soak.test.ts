/** The short form of `npm run soak`: it looks for leaks and for streams cut in silence, never at a clock. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { excess, type Holding, slope } from "./Holding.ts"
import * as Soak from "./Soak.ts"

const short: Soak.Options = {
  streams: 60,
  seconds: 6,
  servers: 3,
  tokensPerSecond: 50,
  shortest: 5,
  longest: 60,
  disconnecting: 0.05,
  failing: 1,
  reloading: 2,
  looking: 2,
  yielding: false,
  warmUp: 2,
  seed: 1
}

const holding = (counts: Holding["counts"]): Holding => ({ memory: { heap: 0, external: 0, resident: 0 }, counts })

describe("A soak", () => {
  it.live("leaves nothing behind, and no stream is short without saying so", () =>
    Effect.gen(function*() {
      const { failures, leaked, reloads, tally, work } = yield* Effect.promise(() => Soak.run(short, () => {}))
      assert.deepStrictEqual(leaked, [])
      assert.deepStrictEqual({ running: work.running, waiting: work.waiting }, { running: 0, waiting: 0 })
      assert.strictEqual(tally.counts["silently short"], 0)
      // What it is for has happened.
      assert.isAbove(tally.counts.whole, 0)
      assert.isAbove(tally.counts.broken, 0)
      assert.isAbove(tally.counts.left, 0)
      assert.isAbove(failures.killed, 0)
      assert.isAbove(reloads, 0)
    }), 120_000)

  it("says what there is more of, and nothing of what there is less of", () => {
    const before = holding({ leases: 0, TCPSocketWrap: 2 })
    assert.deepStrictEqual(excess(before, holding({ leases: 1, TCPSocketWrap: 1 })), ["leases: 1 instead of 0"])
    assert.deepStrictEqual(excess(before, holding({ leases: 0, TCPSocketWrap: 2, Timeout: 1 })), [
      "Timeout: 1 instead of 0"
    ])
    assert.deepStrictEqual(excess(before, before), [])
  })

  it("finds the slope of a line through its points", () => {
    const points = [0, 1, 2, 3].map((at) => ({ at, size: 50 + 0.4 * at + (at % 2 === 0 ? 0.1 : -0.1) }))
    assert.approximately(slope(points), 0.4, 0.1)
    assert.strictEqual(slope([]), 0)
  })
})
