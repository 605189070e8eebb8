import { choose, layer } from "@aiguilleur/core/strategy/LeastBusy"
import { assert, describe, it } from "@effect/vitest"
import { server } from "../Fleet.ts"
import { suite } from "../suite/StrategySuite.ts"

suite("least-busy", layer)

const candidate = (ordinal: number, ttft: number | undefined, leases = 0, maxConcurrent = 10) => ({
  server: server(`s${ordinal}`, { maxConcurrent }),
  ordinal,
  leases,
  ttft
})

const chosen = (candidates: ReadonlyArray<ReturnType<typeof candidate>>, roll = 0) =>
  choose({ candidates, turn: 0, roll }).ordinal

describe("least-busy", () => {
  it("prefers a figure that is better by half or more, whatever the occupancy", () => {
    assert.strictEqual(chosen([candidate(1, 150), candidate(2, 100, 9)]), 2)
  })

  it("lets occupancy decide between figures closer than that", () => {
    assert.strictEqual(chosen([candidate(1, 149, 1), candidate(2, 100, 2)]), 1)
    assert.strictEqual(chosen([candidate(1, 194, 1), candidate(2, 196, 0)]), 2)
  })

  it("measures occupancy by the size of the server", () => {
    assert.strictEqual(chosen([candidate(1, 100, 3, 4), candidate(2, 100, 6, 40)]), 2)
  })

  it("ties an unmeasured server with the best, so that occupancy decides", () => {
    assert.strictEqual(chosen([candidate(1, undefined, 3), candidate(2, 100, 2), candidate(3, 900)]), 2)
    assert.strictEqual(chosen([candidate(1, undefined, 1), candidate(2, 100, 2), candidate(3, 900)]), 1)
  })

  it("rolls the dice between equals, each as likely as the others", () => {
    const equals = [candidate(1, 100), candidate(2, 100), candidate(3, 100)]
    assert.deepStrictEqual([0, 0.34, 0.99].map((roll) => chosen(equals, roll)), [1, 2, 3])
  })
})
