/** A measured run: what is worked out of the lines alone, and what the report says of it. */
import * as Charts from "@aiguilleur/lab/report/Charts"
import * as ColumnReports from "@aiguilleur/lab/report/ColumnReport"
import { body } from "@aiguilleur/lab/report/Html"
import * as Observation from "@aiguilleur/lab/report/Observation"
import * as Study from "@aiguilleur/lab/report/Study"
import { summary } from "@aiguilleur/lab/report/Summary"
import { origin } from "@aiguilleur/lab/report/Verdict"
import type { Line } from "@aiguilleur/lab/world/Ledger"
import * as Ledger from "@aiguilleur/lab/world/Ledger"
import { assert, describe, it } from "@effect/vitest"
import { population, town } from "../world/Town.ts"

const scenario = town({
  populations: [population(), population({ name: "batch", organisation: "univ-b", priority: 0 })]
})
const [people, batch] = scenario.populations as [Line["population"], Line["population"]]

const line = (of: Line["population"], arrivedAt: number, fields: Partial<Line>): Line => ({
  ...Ledger.line(of, arrivedAt, 10, 5),
  ending: "served",
  server: "s",
  cost: 20,
  ...fields
})

const lines = [
  line(people, 0, { firstTokenAt: 100, endedAt: 1_000 }),
  line(batch, 500, { waited: 1_500, firstTokenAt: 2_500, endedAt: 4_000, requeues: 1 }),
  line(people, 3_000, { endedAt: 3_100, ending: "refused", cost: 0 }),
  line(batch, 3_500, { ending: "unfinished", cost: 0 })
]

const machine = (maxConcurrent: number | null) => ({
  url: "s",
  name: "gpu",
  organisation: null,
  profile: null,
  maxConcurrent,
  preemptions: null,
  reused: null
})

const evidence = (maxConcurrent: number | null) =>
  Observation.evidence(
    { lines, machines: [machine(maxConcurrent)], tokens: 10, duration: 4_000, bestPriority: 5 },
    4
  )

const report = (maxConcurrent: number | null) =>
  Study.report(scenario, [
    ColumnReports.make(scenario, { name: "Measured" }, evidence(maxConcurrent), new Map())
  ])

describe("a measured run", () => {
  it("is read at even intervals from when each request came, waited and went", () => {
    const { readings } = evidence(null)
    assert.deepStrictEqual(readings.map(({ at }) => at), [1_000, 2_000, 3_000, 4_000])
    assert.deepStrictEqual(readings.map(({ active }) => active), [1, 1, 2, 1])
    assert.deepStrictEqual(readings.map(({ waiting }) => waiting[0]), [1, 0, 0, 0])
    // the first all of the first second; the second from the end of its wait; of the others the one that is answered
    assert.deepStrictEqual(readings.map(({ busy }) => busy[0]), [1, 0, 1, 1.6])
    assert.deepStrictEqual(readings.map(({ service }) => service), [[20, 0], [0, 0], [0, 0], [0, 20]])
    assert.deepStrictEqual(readings.map(({ backlogged }) => backlogged), [
      [false, false],
      [false, true],
      [false, false],
      [false, false]
    ])
  })

  it("is reported in the same figures, and never as a simulation", () => {
    const measured = report(2)
    assert.isFalse(measured.simulated)
    assert.strictEqual(origin(measured), "Simulated users, measured over HTTP")
    const [column] = measured.columns
    assert.deepInclude(column!.populations[0], { name: "people", requests: 2, endings: { served: 1, refused: 1 } })
    assert.strictEqual(column!.populations[1]!.ttft.p50, 2_000)
    assert.strictEqual(column!.tokensPerSecond, 2.5)
    assert.deepInclude(column!.servers[0], { name: "gpu", requests: 4, utilisation: 0.45, preemptions: null })
    assert.match(summary(measured), /Measured\n/)
    assert.match(body(measured), /takes 100 ms at p50 and 100 ms at p95/)
  })

  it("shows requests at each server where nobody knows its slots", () => {
    const charts = (of: ReturnType<typeof report>) => Charts.charts(of).map(({ id }) => id)
    assert.include(charts(report(2)), "utilisation")
    assert.notInclude(charts(report(2)), "in-flight")
    assert.include(charts(report(null)), "in-flight")
    assert.notInclude(charts(report(null)), "utilisation")
    assert.isNull(report(null).columns[0]!.servers[0]!.utilisation)
    assert.notInclude(body(report(null)), "NaN")
  })
})
