/** When a server counts as slow, and when that is told. */
import type { Board, ModelBoard, PairBoard, ServerBoard } from "@aiguilleur/core/Board"
import { assert, describe, it } from "@effect/vitest"
import { Journal } from "../../src/dashboard/Journal.ts"
import { Slowness } from "../../src/dashboard/Slowness.ts"

const model = (policy: string): ModelBoard => ({
  name: "m",
  strategy: "least-busy",
  policy,
  ttftThreshold: 1_000,
  patience: 570_000,
  waiting: [],
  running: [],
  pace: 0,
  longest: []
})

/** Watched once a second; what is told, and since when it is slow at the end. */
const watched = (policy: string, figures: ReadonlyArray<readonly [ttft: number, bucket: number]>) => {
  const journal = new Journal()
  const slowness = new Slowness(journal)
  for (const [place, [ttft, bucket]] of figures.entries()) {
    const pairs: ReadonlyArray<PairBoard> = [{ model: "m", ttft, bucket, load: undefined, obstacle: undefined }]
    slowness.watch(
      {
        at: 1_000 * place,
        models: [model(policy)],
        servers: [{ url: "a", pairs } as unknown as ServerBoard],
        pools: []
      } satisfies Board
    )
  }
  return {
    told: journal.since(0).map(({ at, kind }) => [kind, at]),
    since: slowness.since("a", "m")
  }
}

describe("a slow server", () => {
  it("is one above what its model tolerates", () => {
    assert.deepStrictEqual(watched("performance", [[900, 0], [1_001, 0], [1_100, 0]]), {
      told: [["slow", 1_000]],
      since: 1_000
    })
  })

  it("or far behind the best, where anybody would notice", () => {
    assert.strictEqual(watched("none", [[201, 3]]).since, 0)
    assert.strictEqual(watched("none", [[199, 9]]).since, undefined)
    assert.strictEqual(watched("none", [[900, 2]]).since, undefined)
    // Half of the threshold, where there is one.
    assert.strictEqual(watched("performance", [[501, 3]]).since, 0)
    assert.strictEqual(watched("performance", [[499, 9]]).since, undefined)
  })

  it("until it has been swift for ten seconds on end", () => {
    const swift = [50, 0] as const
    const slow = [1_500, 4] as const
    const nine = Array.from({ length: 9 }, () => swift)
    assert.deepStrictEqual(watched("performance", [slow, ...nine, slow, ...nine]), { told: [["slow", 0]], since: 0 })
    assert.deepStrictEqual(watched("performance", [slow, ...nine, swift]), {
      told: [["slow", 0], ["swift", 10_000]],
      since: undefined
    })
  })
})
