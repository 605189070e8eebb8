import { assert, describe, it } from "@effect/vitest"
import * as Chunking from "../src/audio/Chunking.ts"
import { frame, Meter } from "../src/audio/Loudness.ts"

/** Levels of so many seconds each: loud, or not. */
const levels = (...stretches: ReadonlyArray<readonly [seconds: number, loud: boolean]>) =>
  stretches.flatMap(([seconds, loud]) =>
    Array.from({ length: Math.round(seconds / frame) }, (_, index) => loud ? -20 - index % 3 : -70)
  )

describe("Chunking", () => {
  it("finds nothing in silence", () => {
    assert.deepStrictEqual(Chunking.chunks(levels([60, false])), [])
    assert.deepStrictEqual(Chunking.chunks([]), [])
  })

  it("takes what is short as one piece, with a margin", () => {
    const [chunk, ...others] = Chunking.chunks(levels([2, false], [5, true], [3, false]))
    assert.deepStrictEqual(others, [])
    assert.closeTo(chunk!.start, 1.7, 0.05)
    assert.closeTo(chunk!.end, 7.3, 0.05)
  })

  it("cuts in the longest pause of the window, never later than Whisper hears", () => {
    const found = Chunking.chunks(
      levels([21, true], [0.3, false], [3, true], [0.8, false], [20, true], [0.5, false], [9, true])
    )
    assert.closeTo(found[0]!.end, 24.7, 0.1)
    for (const { end, start } of found) assert.isAtMost(end - start, 29)
  })

  it("leaves no gap and no overlap where somebody speaks on and on", () => {
    const found = Chunking.chunks(levels([300, true]))
    assert.isAbove(found.length, 10)
    for (const [index, chunk] of found.entries()) {
      if (index > 0) assert.strictEqual(chunk.start, found[index - 1]!.end)
      assert.isAtMost(chunk.end - chunk.start, 29)
    }
    assert.closeTo(found.at(-1)!.end, 300, 0.05)
  })

  it("covers everything that is loud", () => {
    const stretches = [[4, true], [2.5, false], [40, true], [6, false], [1, true], [30, false], [12, true]] as const
    const found = Chunking.chunks(levels(...stretches))
    let at = 0
    for (const [seconds, loud] of stretches) {
      for (let moment = at; moment < at + (loud ? seconds : 0); moment += 0.1) {
        assert.isTrue(found.some(({ end, start }) => moment >= start && moment <= end), `${moment}`)
      }
      at += seconds
    }
  })

  it("knows a quiet recording's speech from its own noise", () => {
    const quiet = [...Array.from({ length: 200 }, () => -58), ...Array.from({ length: 300 }, () => -40)]
    const [chunk] = Chunking.chunks(quiet)
    assert.closeTo(chunk!.start, 3.7, 0.05)
  })

  it("measures samples that arrive in odd pieces as it does those that do not", () => {
    const samples = Buffer.alloc(64_000)
    for (let index = 0; index < 32_000; index++) samples.writeInt16LE(Math.round(9000 * Math.sin(index / 9)), 2 * index)
    const [whole, odd] = [new Meter(), new Meter()]
    whole.push(samples)
    for (let at = 0; at < samples.length; at += 777) odd.push(samples.subarray(at, at + 777))
    assert.deepStrictEqual(odd.end(), whole.end())
  })
})
