import * as Expectation from "@aiguilleur/core/Expectation"
import { defaults } from "@aiguilleur/core/Settings"
import type { Usage } from "@aiguilleur/core/Work"
import { assert, describe, it } from "@effect/vitest"

const expect = (expected: Expectation.Expectation, work: Parameters<typeof Expectation.expect>[2]) =>
  Expectation.expect(expected, defaults, work)

const taught = (count: number, promptBytes: number, usage: Omit<Usage, "reported">, work: object = {}) => {
  const expected = Expectation.make(defaults)
  for (let at = 0; at < count; at++) Expectation.learn(expected, { promptBytes, ...work }, { ...usage, reported: true })
  return expected
}

describe("Expectation", () => {
  it("supposes four bytes to a token and a middling answer until it knows better", () => {
    const fresh = Expectation.make(defaults)
    assert.deepStrictEqual(expect(fresh, { promptBytes: 4_000 }), { prompt: 1_000, output: 250 })
    assert.deepStrictEqual(expect(fresh, undefined), { prompt: 500, output: 250 })
  })

  it("learns how many bytes a token of this model has, and how long its answers are", () => {
    const expected = taught(4_000, 3_000, { promptTokens: 1_000, outputTokens: 600 })
    assert.deepStrictEqual(expect(expected, { promptBytes: 300 }), { prompt: 100, output: 600 })
  })

  it("caps what is asked for by what answers are like", () => {
    const expected = taught(4_000, 3_000, { promptTokens: 1_000, outputTokens: 600 })
    assert.strictEqual(expect(expected, { promptBytes: 300, maxTokens: 50 }).output, 50)
    assert.strictEqual(expect(expected, { promptBytes: 300, maxTokens: 100_000 }).output, 600)
    assert.strictEqual(expect(expected, { promptBytes: 300, maxTokens: 50, answers: 4 }).output, 200)
  })

  it("learns of one answer where several were asked for", () => {
    const expected = taught(4_000, 3_000, { promptTokens: 1_000, outputTokens: 600 }, { answers: 3 })
    assert.strictEqual(expect(expected, { promptBytes: 300 }).output, 200)
  })

  it("costs audio by the second", () => {
    assert.deepStrictEqual(expect(Expectation.make(defaults), { seconds: 60 }), { prompt: 600, output: 0 })
  })

  it("takes an image for no longer a prompt than anybody has sent", () => {
    const expected = taught(4_000, 4_000, { promptTokens: 1_000, outputTokens: 100 })
    assert.strictEqual(expect(expected, { promptBytes: 5_000_000 }).prompt, 1_000)
    // Nor does it learn from one that a token has thousands of bytes.
    for (let at = 0; at < 20; at++) {
      Expectation.learn(expected, { promptBytes: 5_000_000 }, { promptTokens: 900, outputTokens: 100, reported: true })
    }
    assert.isAbove(expect(expected, { promptBytes: 4_000 }).prompt, 500)
  })

  it("learns nothing from counts, nor from figures that cannot be meant", () => {
    const expected = Expectation.make(defaults)
    Expectation.learn(expected, { promptBytes: 10 }, { promptTokens: 900, outputTokens: 900, reported: false })
    Expectation.learn(expected, { promptBytes: 10 }, { promptTokens: -1, outputTokens: 1e12, reported: true })
    assert.deepStrictEqual(expected, Expectation.make(defaults))
  })
})
