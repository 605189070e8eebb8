import { assert, describe, it } from "@effect/vitest"
import { along, lengthOf, plan, route } from "../src/dashboard/now/Tracks.ts"

describe("the tracks of a yard", () => {
  const yard = plan(120, [6, 26], [40, 34])

  it("lead from every siding to every platform, always forward", () => {
    for (const siding of yard.sidings.keys()) {
      for (const platform of yard.platforms.keys()) {
        const way = route(yard, siding, platform)
        assert.deepStrictEqual(way[0], [0, yard.sidings[siding]!])
        assert.deepStrictEqual(way.at(-1), [120, yard.platforms[platform]!])
        for (const [place, [x]] of way.entries()) assert.isTrue(place === 0 || x >= way[place - 1]![0] - 1e-9)
      }
    }
  })

  it("carry a car from one end to the other", () => {
    const way = route(yard, 0, 39)
    assert.deepStrictEqual(along(way, 0), way[0])
    assert.deepStrictEqual(along(way, lengthOf(way) + 1), way.at(-1))
    const [, half] = along(way, lengthOf(way) / 2)
    assert.isTrue(half > yard.sidings[0]! && half < yard.platforms[39]!)
  })
})
