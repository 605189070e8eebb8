import type { Board, Share } from "@aiguilleur/core/Board"
import type { Notice } from "@aiguilleur/core/Notice"
import { assert, describe, it } from "@effect/vitest"
import { ShareLedger } from "../../src/dashboard/ShareLedger.ts"

const released = (organisation: string, cost: number, model = "m") =>
  ({
    _tag: "Released",
    outcome: { _tag: "Served" },
    cost,
    lease: { model: { name: model }, ticket: { caller: { organisation } } }
  }) as Notice

const share = (organisation: string, weight: number, backlogged: boolean): Share => ({
  organisation,
  weight,
  active: 1,
  backlogged,
  ahead: 0
})

const board = (at: number, ...shares: ReadonlyArray<Share>): Board => ({
  at,
  models: [],
  servers: [],
  pools: [{ models: ["m", "n"], shares }]
})

describe("ShareLedger", () => {
  it("divides by weight what those got who had more waiting, and leaves the others theirs", () => {
    const ledger = new ShareLedger()
    ledger.observe(released("a", 600))
    ledger.observe(released("b", 300, "n"))
    ledger.observe(released("c", 50))
    ledger.watch(board(0, share("a", 1, true), share("b", 2, true), share("c", 5, false)))
    assert.deepStrictEqual(Object.fromEntries(ledger.over(5, 0, "m")), {
      a: { served: 600, entitled: 300 },
      b: { served: 300, entitled: 600 },
      c: { served: 50, entitled: 50 }
    })
  })

  it("adds up the minutes asked for, forgets what is an hour old, and counts nothing twice", () => {
    const ledger = new ShareLedger()
    for (let minute = 0; minute < 70; minute++) {
      ledger.observe(released("a", 10))
      ledger.watch(board(minute * 60_000, share("a", 1, false)))
      ledger.watch(board(minute * 60_000 + 1_000, share("a", 1, false)))
    }
    const now = 69 * 60_000
    assert.deepStrictEqual(ledger.over(5, now, "m").get("a"), { served: 50, entitled: 50 })
    assert.deepStrictEqual(ledger.over(60, now, "m").get("a"), { served: 600, entitled: 600 })
    assert.strictEqual(ledger.over(60, now, "elsewhere").size, 0)
  })
})
