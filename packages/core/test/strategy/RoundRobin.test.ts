import { choose, layer } from "@aiguilleur/core/strategy/RoundRobin"
import { assert, describe, it } from "@effect/vitest"
import { server } from "../Fleet.ts"
import { suite } from "../suite/StrategySuite.ts"

suite("round-robin", layer)

const candidate = (ordinal: number) => ({ server: server(`s${ordinal}`), ordinal, leases: 0, ttft: undefined })

describe("round-robin", () => {
  it.each([
    [0, [1, 2, 3], 1],
    [1, [1, 2, 3], 2],
    [3, [1, 2, 3], 1],
    [2, [1, 4], 4],
    [4, [1, 2], 1],
    [9, [7], 7]
  ])("after turn %i, of %j, gives %i", (turn, ordinals, expected) => {
    assert.strictEqual(choose({ candidates: ordinals.map(candidate), turn, roll: 0.5 }).ordinal, expected)
  })
})
