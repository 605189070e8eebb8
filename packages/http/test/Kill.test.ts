/** The real program, killed under load with its embedded database, and started again. Long form: npm run test:kill. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { folder } from "../../store/test/support/Folder.ts"
import { ask, serve } from "./campaign/Gateway.ts"
import * as Killing from "./campaign/Killing.ts"
import { moodle } from "./Served.ts"

describe("A gateway that is killed", () => {
  it.live(
    "starts again each time, and has lost what was not written yet and nothing else",
    () =>
      Effect.gen(function*() {
        const home = yield* folder
        const outcome = yield* Killing.run({ home, kills: 3 })
        assert.deepInclude(outcome, { kills: 3, refused: 0, outOfOrder: 0, doubled: 0 })
        assert.isAtLeast(outcome.rows, outcome.answered - outcome.missing)
        const last = yield* Effect.promise(() => serve(home))
        assert.strictEqual(yield* Effect.promise(() => ask(last.url, moodle, "last")), 200)
        last.signal("SIGTERM")
        assert.strictEqual(yield* Effect.promise(() => last.ended), 0)
        assert.strictEqual((yield* Killing.stored({ home }, "last")).get("last"), 1)
      }),
    120_000
  )
})
