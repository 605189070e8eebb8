import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { folder } from "../../../store/test/support/Folder.ts"
import { run } from "../campaign/Uploading.ts"

/** Where /proc tells of a process's memory. */
const tells = process.platform === "linux"

it.live.skipIf(!tells)(
  "An upload passes through the real program intact, without its memory growing by it, and a kill leaves no file",
  () =>
    Effect.gen(function*() {
      const home = yield* folder
      const { intact, names, peakGrowthInMegabytes, statuses } = yield* run(home, 100, 1)
      assert.deepStrictEqual([statuses, intact, names], [[200], 1, []])
      assert.isBelow(peakGrowthInMegabytes, 90)
    }),
  120_000
)
