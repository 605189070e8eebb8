/** A database that goes away under a running gateway, and comes back. Long form: npm run test:outage. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Outage from "./campaign/Outage.ts"
import * as Store from "./command/Store.ts"
import { until } from "./Served.ts"

layer(Outage.layer, { excludeTestServices: true, timeout: "60 seconds" })("A database that goes away", (it) => {
  it.effect(
    "costs no request of a known key, no row, no slot; a stranger gets 503; a reload changes nothing",
    () =>
      Effect.gen(function*() {
        const { answered, rows, waitedRows, ...outcome } = yield* Outage.run((answered) =>
          Effect.suspend(() => {
            const before = answered()
            return until(Effect.sync(() => answered() >= before + 50))
          })
        )
        assert.deepInclude(outcome, {
          failed: [],
          stranger: { status: 503, code: "keys_unavailable" },
          reloaded: [false, true],
          lostRows: 0,
          leases: 0,
          waiting: 0
        })
        assert.isAbove(waitedRows, 0)
        assert.strictEqual(rows, answered)
      }),
    Store.limit
  )
})
