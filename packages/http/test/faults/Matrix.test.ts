import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { moments } from "./Column.ts"
import { cells } from "./Matrix.ts"
import * as Remains from "./Remains.ts"
import type { Seen } from "./Row.ts"
import * as Scene from "./Scene.ts"

const written = (seen: Seen) => Object.entries(seen).map(([who, what]) => `${who}: ${what}`).toSorted().join("\n")

for (const when of moments) {
  describe(`Broken ${when}`, () => {
    for (const { fleet, mode, row } of cells.filter(({ row }) => row.when === when)) {
      it.live(`${row.what} (${mode}, ${fleet})`, () =>
        Effect.gen(function*() {
          const before = Remains.held()
          const { left, seen, sockets } = yield* Effect.scoped(row.use((row) => Scene.play(row, mode, fleet)))
          assert.strictEqual(written(seen), written(row.seen(mode, fleet)))
          assert.deepStrictEqual(left, { leases: 0, waiting: 0, underWay: 0 })
          assert.strictEqual(sockets, 0)
          const after = yield* Remains.noMoreThan(before)
          for (const [kind, count] of Object.entries(after)) assert.isAtMost(count, before[kind]!, kind)
        }), 20_000)
    }
  })
}
