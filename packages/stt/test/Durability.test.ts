/** What is lost when the program is killed, and what memory a large upload costs: the short forms of two commands. */
import { assert, describe, it } from "@effect/vitest"
import { run } from "./support/Killing.ts"
import { growth } from "./support/Uploading.ts"

describe("Durability", () => {
  // §9 FIX: killed at random, every job ends once, is told of once, and no medium is lost (long form: npm run stt:kill)
  it("ends every job once although it is killed", async () => {
    const outcome = await run(10, 1)
    assert.deepStrictEqual(outcome, {
      kills: 1,
      created: 10,
      states: { SUCCESS: 10 },
      successes: { 1: 10 },
      lostMedia: 0,
      strayMedia: 0
    })
  }, 120_000)

  // §9 FIX: uploads are streamed, not held in memory (long form: npm run stt:upload)
  it("holds no upload in memory", async () => {
    const { peakGrowthInMegabytes, status } = await growth(128)
    assert.strictEqual(status, 200)
    assert.isBelow(peakGrowthInMegabytes, 200)
  }, 60_000)
})
