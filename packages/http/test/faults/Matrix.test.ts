import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { moments } from "./Column.ts"
import { cells } from "./Matrix.ts"
import * as Remains from "./Remains.ts"
import type { Seen } from "./Row.ts"
import * as Scene from "./Scene.ts"

/** In full: chai abbreviates what it compares. */
const differences = (seen: Seen, expected: Seen): string =>
  (["client", "sdk", "broken", "other", "settled"] as const)
    .filter((who) => seen[who] !== expected[who])
    .map((who) => `${who}: "${seen[who]}" instead of "${expected[who]}"`)
    .join("; ")

for (const when of moments) {
  describe(`Broken ${when}`, () => {
    for (const { fleet, mode, row } of cells.filter(({ row }) => row.when === when)) {
      it.live(`${row.what} (${mode}, ${fleet})`, () =>
        Effect.gen(function*() {
          const before = Remains.held()
          const { left, seen, sockets } = yield* Effect.scoped(row.use((row) => Scene.play(row, mode, fleet)))
          const wrong = differences(seen, row.seen(mode, fleet))
          if (wrong !== "") assert.fail(wrong)
          assert.deepStrictEqual(left, { leases: 0, waiting: 0, underWay: 0 })
          if (row.lingering === undefined) assert.strictEqual(sockets, 0)
          const after = yield* Remains.noMoreThan(before)
          for (const [kind, count] of Object.entries(after)) assert.isAtMost(count, before[kind]!, kind)
        }), 20_000)
    }
  })
}
