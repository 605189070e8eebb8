import { TtftWindow } from "@aiguilleur/core/TtftWindow"
import { assert, describe, it } from "@effect/vitest"

const window = () => new TtftWindow(60_000)
const recorded = (...samples: ReadonlyArray<readonly [at: number, ttft: number]>) => {
  const made = window()
  for (const [at, ttft] of samples) made.record(at, ttft)
  return made
}
const five = (at: number, ttft: number) => Array.from({ length: 5 }, () => [at, ttft] as const)

describe("TtftWindow", () => {
  it("knows nothing before five samples, and their p95 from then on", () => {
    assert.isUndefined(recorded(...five(0, 100).slice(1)).figure(0))
    assert.strictEqual(recorded([0, 10], [1, 20], [2, 30], [3, 40], [4, 50]).figure(4), 50)
    const hundred = recorded(...Array.from({ length: 100 }, (_, at) => [at, 100 - at] as const))
    assert.strictEqual(hundred.figure(100), 95)
  })

  it("drops a sample at exactly the window's length, not a millisecond before", () => {
    const samples = recorded([0, 900], ...five(1_000, 100))
    assert.strictEqual(samples.changesAt(1_000), 60_000)
    assert.strictEqual(samples.figure(59_999), 900)
    assert.strictEqual(samples.figure(60_000), 100)
  })

  it("prefers the engine's fresh figure to a window that holds too few, and the last figure to nothing", () => {
    const samples = recorded(...five(0, 300))
    samples.observe(30_000, 700)
    assert.strictEqual(samples.figure(59_999), 300)
    assert.strictEqual(samples.figure(60_000), 700)
    assert.strictEqual(samples.changesAt(60_000), 90_000)
    assert.strictEqual(samples.figure(90_000), 700)
  })

  it("goes by the latest five when the window holds too few, so that one at a time is enough to be forgiven", () => {
    const samples = recorded(...five(0, 300))
    for (const nth of [1, 2, 3, 4]) {
      samples.record(200_000 * nth, 50 + nth)
      assert.strictEqual(samples.figure(200_000 * nth), 300)
      assert.isUndefined(samples.changesAt(200_000 * nth))
    }
    samples.record(1_000_000, 50)
    assert.strictEqual(samples.figure(1_000_000), 54)
    assert.strictEqual(samples.figure(9_000_000), 54)
  })

  it("takes the later of two that are both stale, the engine's figure and its own", () => {
    const samples = recorded(...five(0, 300))
    samples.observe(30_000, 700)
    samples.record(40_000, 90)
    assert.strictEqual(samples.figure(200_000), 300)
    samples.observe(50_000, 600)
    assert.strictEqual(samples.figure(200_000), 600)
  })

  it("agrees with sorting the samples that are inside the window", () => {
    const all: Array<readonly [number, number]> = []
    const samples = window()
    let seed = 42
    const dice = (sides: number) => (seed = (seed * 48_271) % 2_147_483_647) % sides
    for (let at = 0; at < 200_000; at += dice(2_000)) {
      const ttft = dice(1_000)
      samples.record(at, ttft)
      all.push([at, ttft])
      const now = at + dice(5_000)
      const inside = all.filter(([when]) => when > now - 60_000).map(([, value]) => value).toSorted((a, b) => a - b)
      if (inside.length >= 5) assert.strictEqual(samples.figure(now), inside[Math.ceil(0.95 * inside.length) - 1])
    }
  })
})
