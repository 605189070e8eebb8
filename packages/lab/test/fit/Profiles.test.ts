/** Profiles against the figures they were fitted to, and docs/profiles.md against both. */
import * as Fit from "@aiguilleur/lab/fit/Fit"
import { page } from "@aiguilleur/lab/fit/ProfilePage"
import { sweeps } from "@aiguilleur/lab/fit/Published"
import { minimise } from "@aiguilleur/lab/fit/Simplex"
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"

describe("profiles", () => {
  it("come within an eighth of what was published, on the mean", () => {
    for (const sweep of sweeps) assert.isBelow(Fit.judge(sweep).error, 12.5, sweep.profile.name)
  })

  it("are described as they are in docs/profiles.md", () => {
    const written = readFileSync(new URL("../../../../docs/profiles.md", import.meta.url), "utf8")
    assert.strictEqual(page(sweeps.map((sweep) => Fit.judge(sweep))), written)
  })
})

describe("minimise", () => {
  it("finds the bottom of a bent valley", () => {
    const banana = ([x, y]: ReadonlyArray<number>) => (1 - x!) ** 2 + 100 * (y! - x! ** 2) ** 2
    const [x, y] = minimise(banana, [-1.2, 1], 0.5, 300)
    assert.closeTo(x!, 1, 1e-3)
    assert.closeTo(y!, 1, 1e-3)
  })
})
