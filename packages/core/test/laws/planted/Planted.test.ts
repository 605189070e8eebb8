/** A law that could not be broken would hold for nothing: each catches a bug that is planted for it. */
import { assert, it } from "@effect/vitest"
import { hunt } from "./Campaign.ts"
import { planted } from "./Planted.ts"

const limit = 120_000

/** The bugs that are found soonest; `npm run test:planted` tries them all. */
const soonest = [
  "a ticket that has ended is kept",
  "headroom is open to every priority",
  "the service of keys is not compared",
  "the end of a hold-off wakes nobody",
  "the sites of a key are not looked at",
  "settlement forgets the weight",
  "a caller may be more patient than its model",
  "a strategy remembers how often it was asked",
  "a second ejection lasts no longer than the first"
]

it.each(soonest)("a law catches that %s", async (what) => {
  const bug = planted.find((bug) => bug.what === what)!
  const caught = await hunt(bug, 300)
  assert.isDefined(caught, `law ${bug.law} has not noticed it in 300 histories`)
  assert.isBelow(caught!.steps, 25)
}, limit)

it("plants bugs for each of the nine laws", () => {
  const laws = (names: ReadonlyArray<string>) =>
    planted.filter(({ what }) => names.includes(what)).map(({ law }) => law)
  assert.deepStrictEqual(laws(soonest), [1, 2, 3, 4, 5, 6, 7, 8, 9])
})
