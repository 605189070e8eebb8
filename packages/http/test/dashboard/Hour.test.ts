/** The last hour from the usage table and from memory: the same rows, the same page. */
import { Usage } from "@aiguilleur/store/Usage"
import { batchOf } from "@aiguilleur/store/UsageBatch"
import type { UsageRow } from "@aiguilleur/store/UsageRow"
import type { Hour } from "@aiguilleur/web/dashboard/wire/Hour"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { row } from "../../../store/test/support/UsageRows.ts"
import { hour } from "../../src/dashboard/hour/HourPage.ts"
import { add, minute, RecentMinutes } from "../../src/dashboard/hour/RecentMinutes.ts"
import { bucketOf, quantile, times } from "../../src/dashboard/hour/Scale.ts"
import * as StoredMinutes from "../../src/dashboard/hour/StoredMinutes.ts"
import { Minute } from "../../src/dashboard/hour/Tally.ts"
import * as Store from "../command/Store.ts"
import * as Rig from "../Rig.ts"

const organisations = Array.from({ length: 12 }, (_, index) => `univ-${index}`)

/** Rows of every ending that ended within the 70 minutes before now. */
const rowsBefore = (now: number): ReadonlyArray<UsageRow> =>
  Array.from({ length: 700 }, (_, index) => {
    const finishedAt = now - 6_000 * index - 1
    const granted = index % 5 !== 0
    return {
      ...row(index),
      organisation: organisations[(7 * index + Math.floor(index / 12)) % organisations.length]!,
      model: index % 9 === 0 ? `made-up-${index}` : `model-${index % 3}`,
      strategy: index % 9 === 0 ? null : "least-busy",
      ending: (["released", "evicted", "failed", "refused", "withdrawn"] as const)[index % 5]!,
      reason: index % 5 === 1 ? "PatienceSpent" : null,
      priority: index % 4,
      finishedAt,
      arrivedAt: finishedAt - 30_000,
      grantedAt: granted ? finishedAt - 30_000 + 37 * index : null,
      firstByteAt: granted && index % 2 === 0 ? finishedAt - 30_000 + 37 * index + (index * 13) % 900 : null
    }
  })

const remembered = (rows: ReadonlyArray<UsageRow>) => {
  const all = new Map<number, Minute>()
  for (const row of rows) {
    const at = Math.floor(row.finishedAt / minute)
    const own = all.get(at) ?? new Minute()
    all.set(at, own)
    add(own, row)
  }
  return all
}

/** Equal numbers of requests stand in whatever order they were found in. */
const ordered = (page: Hour): Hour => ({
  ...page,
  source: "memory",
  rows: page.rows.toSorted((a, b) => `${a.organisation} ${a.model}` < `${b.organisation} ${b.model}` ? -1 : 1),
  refusals: page.refusals.toSorted((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
})

layer(Store.layer, { excludeTestServices: true, timeout: "60 seconds" })("The last hour", (it) => {
  it.effect(
    "is the same from the table as from memory, now and after it was read before",
    () =>
      Effect.gen(function*() {
        yield* Store.clean
        const now = Date.now()
        const rows = rowsBefore(now)
        const usage = yield* Usage
        const recent = yield* RecentMinutes
        const writer = crypto.randomUUID()
        // The newest third is written between two readings.
        yield* usage.insert(batchOf(writer, 0, rows.slice(10)))
        yield* recent.read
        yield* usage.insert(batchOf(writer, 1_000, rows.slice(0, 10)))
        const minutes = yield* recent.read
        for (const by of ["organisation", "model"] as const) {
          assert.deepStrictEqual(
            ordered(hour(minutes, now, by, "table")),
            ordered(hour(remembered(rows), now, by, "memory"))
          )
        }
      }).pipe(Effect.provide(Layer.fresh(StoredMinutes.layer))),
    Store.limit
  )
})

describe("the page of the last hour", () => {
  const now = 1_800_000_059_999

  it("gives the seven largest a line of their own and adds the others up, and nothing is lost between them", () => {
    const page = hour(remembered(rowsBefore(now)), now, "organisation", "memory")
    assert.deepStrictEqual(page.series.map(({ of }) => of), [
      "all",
      ...Array.from({ length: 7 }, () => "one"),
      "others"
    ])
    const [all, ...lines] = page.series
    for (const place of all!.requests.keys()) {
      assert.strictEqual(lines.reduce((sum, { requests }) => sum + requests[place]!, 0), all!.requests[place])
    }
    // 70 minutes of rows, ten a minute, of which an hour is shown.
    assert.strictEqual(page.rows.reduce((sum, { requests }) => sum + requests, 0), 600)
    assert.isFalse(page.rows.some(({ model }) => model.startsWith("made-up")))
  })

  it("knows percentiles to an eighth", () => {
    const counts = new Map<number, number>()
    const values = Array.from({ length: 1_000 }, (_, index) => 10 + index * index / 100)
    for (const value of values) {
      const bucket = bucketOf(times, value)
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1)
    }
    for (const share of [0.05, 0.5, 0.95]) {
      const exact = values[Math.ceil(share * 1_000) - 1]!
      assert.isBelow(Math.abs(quantile(times, counts, share)! - exact) / exact, 0.125)
    }
  })

  it.live("is served to those who may look, with what was used a moment ago", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      yield* Rig.post(rig, Rig.chat())
      yield* Rig.post(rig, Rig.chat({ model: "made up" }))
      const read = (by: string, key: string) =>
        Effect.promise(() =>
          fetch(`${rig.url}/dashboard/api/hour?by=${by}`, { headers: { authorization: `Bearer ${key}` } })
        )
      const page: Hour = yield* Effect.flatMap(
        read("model", Rig.viewer),
        (response) => Effect.promise(() => response.json() as Promise<Hour>)
      )
      assert.deepStrictEqual(page.rows.map(({ model, refused, requests }) => [model, requests, refused]), [
        ["test-model", 1, 0],
        ["", 1, 1]
      ])
      assert.strictEqual(page.source, "memory")
      assert.strictEqual((yield* read("model", Rig.secret)).status, 403)
      assert.strictEqual((yield* read("key", Rig.viewer)).status, 400)
    }).pipe(Effect.scoped))
})
