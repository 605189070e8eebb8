/** What shadows have seen, added up. */
import type { Tally } from "@aiguilleur/core/Shadow"
import { PgClient } from "@effect/sql-pg/PgClient"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { Shadows } from "../../src/Shadows.ts"
import { clean, limit, type Tester } from "../support/Fixture.ts"

const tally = (fields: Partial<Tally> = {}): Tally => ({
  model: "m",
  acting: { strategy: "round-robin", policy: "none" },
  shadow: { strategy: "least-busy", policy: "performance" },
  since: 100,
  until: 200,
  decisions: 10,
  elsewhere: 2,
  another: 0,
  waits: 1,
  goes: 0,
  failed: 0,
  latest: [{
    at: 150,
    kind: "waits",
    acted: { ticket: "t", organisation: "univ-a", key: "k", priority: 5, server: "http://a" },
    shadow: null
  }],
  ...fields
})

export const suite = (it: Tester) => {
  it.effect(
    "adds to what shadows have seen, from several gateways at the same time, and forgets it",
    () =>
      Effect.gen(function*() {
        yield* clean
        const shadows = yield* Shadows
        assert.deepStrictEqual(yield* shadows.list, [])
        const parts = Array.from({ length: 20 }, () => shadows.add([tally(), tally({ model: "other", until: 50 })]))
        yield* Effect.all(parts, { concurrency: "unbounded" })
        yield* shadows.add([])
        const [first, second, ...more] = yield* shadows.list
        assert.deepStrictEqual(more, [])
        assert.deepInclude(first, { model: "m", since: 100, until: 200, decisions: 200, elsewhere: 40, waits: 20 })
        assert.deepStrictEqual(first!.latest.length, 20)
        assert.deepInclude(second, { model: "other", decisions: 200 })
        yield* shadows.forget
        assert.deepStrictEqual(yield* shadows.list, [])
      }),
    limit
  )

  it.effect(
    "keeps tallies of other pairs apart, and does not continue what another version wrote",
    () =>
      Effect.gen(function*() {
        yield* clean
        const shadows = yield* Shadows
        const sql = yield* PgClient
        yield* sql`INSERT INTO settings (name, value, updated_at) VALUES ('shadows', '{"from": "elsewhere"}', now())`
        assert.deepStrictEqual(yield* shadows.list, [])
        yield* shadows.add([tally()])
        yield* shadows.add([tally({ shadow: { strategy: "least-busy", policy: "none" }, until: 300 })])
        assert.deepStrictEqual((yield* shadows.list).map(({ decisions, shadow }) => [shadow.policy, decisions]), [
          ["none", 10],
          ["performance", 10]
        ])
      }),
    limit
  )
}
