/** Studies: the consortium's experiment, the same report for the same seed, and what a report says. */
import * as Fairness from "@aiguilleur/lab/report/Fairness"
import { body } from "@aiguilleur/lab/report/Html"
import * as Quantiles from "@aiguilleur/lab/report/Quantiles"
import * as Study from "@aiguilleur/lab/report/Study"
import { summary } from "@aiguilleur/lab/report/Summary"
import type { Scenario } from "@aiguilleur/lab/scenario/Scenario"
import * as ScenarioFile from "@aiguilleur/lab/scenario/ScenarioFile"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { readFileSync } from "node:fs"
import { column, population, server, town } from "../world/Town.ts"

const experiment = Result.getOrThrow(
  ScenarioFile.parse(
    readFileSync(new URL("../../../../fixtures/scenarios/ilaas-50-users.yaml", import.meta.url), "utf8")
  )
)

const study = (scenario: Scenario) => Effect.runPromise(Study.run(Study.cases(scenario)))

describe("the consortium's experiment", () => {
  it("shows what each policy adds, and says that the third keeps its promise", async () => {
    const report = await study(experiment)
    const [none, concurrent, performance] = report.columns.map(({ priorities }) => ({
      high: priorities.find(({ priority }) => priority === 5)!,
      low: priorities.find(({ priority }) => priority === 0)!
    }))
    // without a queue of ours everybody waits alike
    assert.closeTo(none!.high.ttft.p95! / none!.low.ttft.p95!, 1, 0.15)
    // with one, priorities count
    assert.isBelow(concurrent!.high.ttft.p95!, concurrent!.low.ttft.p95! / 10)
    // and the guarantee holds while batch fills the fleet
    assert.isBelow(performance!.high.ttft.p95!, concurrent!.high.ttft.p95!)
    const { populations, servers } = report.columns[2]!
    assert.isAbove(Math.min(...servers.map(({ utilisation }) => utilisation!)), 0.8)
    assert.isAtMost(populations[0]!.ttft.p95! / populations[0]!.unloadedTtft!, 1.5)
    assert.isTrue(
      report.verdict.some((sentence) =>
        sentence.startsWith("Least busy, performance") && sentence.includes("within the 1.5 ×") &&
        sentence.includes("headroom: 2")
      )
    )
    assert.isTrue(
      report.verdict.some((sentence) =>
        sentence.startsWith("Round robin, no requeue") && sentence.includes("beyond the 1.5 ×")
      )
    )
  }, 20_000)

  it("gives the same report for the same seed, byte for byte, and another for another", async () => {
    const [first, again, other] = [
      JSON.stringify(await study(experiment)),
      JSON.stringify(await study(experiment)),
      JSON.stringify(await study({ ...experiment, seed: 2 }))
    ]
    assert.strictEqual(first, again)
    assert.notStrictEqual(first, other)
  }, 20_000)
})

describe("reports", () => {
  it("shows what a change does beside what is", async () => {
    const scenario = town({ servers: [server({ ownerReserve: 0 })] })
    const cases = Study.contrast(scenario, scenario, scenario.columns[0]!, "reserve 2")
    assert.deepStrictEqual(cases.map(({ column }) => column.name), ["one, as it is", "one, reserve 2"])
    assert.strictEqual((await Effect.runPromise(Study.run(cases))).columns.length, 2)
  })

  it("tells the progress of the whole", async () => {
    const shares: Array<number> = []
    const scenario = town({ columns: [column(), column({ name: "two" })] })
    await Effect.runPromise(Study.run(Study.cases(scenario), ({ share }) => shares.push(share), 10))
    assert.deepStrictEqual(shares, shares.toSorted((a, b) => a - b))
    assert.deepStrictEqual([shares.length, shares.at(-1)], [20, 1])
  })

  it("says that it is simulated, and shows names as text", async () => {
    const report = await study(town({ populations: [population({ name: "<b>&people" })] }))
    assert.isTrue(report.simulated)
    assert.include(summary(report), "Simulated servers, simulated users, virtual time")
    assert.include(body(report), "&lt;b&gt;&amp;people")
    assert.notInclude(body(report), "<b>")
  })

  it("says so when requests wait beside free slots", async () => {
    const batch = population({ arrivals: { kind: "closed", users: 8 }, prompt: 1000, output: 5 })
    const slow = { profile: "l40s-mistral-small-24b-fp8", maxConcurrent: 8 }
    const verdict = async (ttftThreshold: string) =>
      (await study(town({
        duration: "2 minutes",
        servers: [server(slow)],
        populations: [batch],
        columns: [column({ policy: "performance", ttftThreshold })]
      }))).verdict.join("\n")
    assert.match(await verdict("100 millis"), /while requests waited, \d\d % of the slots were free/)
    assert.notInclude(await verdict("1 minute"), "slots were free")
  })

  it("survives a scenario in which nobody sends anything", async () => {
    const nobody = population({ arrivals: { kind: "closed", users: 1, from: "1 hour" } })
    const report = await study(town({ populations: [nobody] }))
    assert.strictEqual(report.columns[0]!.all.requests, 0)
    assert.isNull(report.columns[0]!.all.ttft.p95)
    assert.include(body(report), "Populations")
  })
})

describe("quantiles", () => {
  it("takes the nearest rank", () => {
    const { count, mean, p50, p95, p99 } = Quantiles.of(Array.from({ length: 100 }, (_, at) => 100 - at))
    assert.deepStrictEqual([count, mean, p50, p95, p99], [100, 50.5, 50, 95, 99])
    assert.isNull(Quantiles.of([]).p50)
  })

  it("counts a distribution up to all of it", () => {
    const curve = Quantiles.distribution([5, 10, 20, 1000])
    assert.strictEqual(curve[0], 50)
    assert.strictEqual(curve.at(-1), 100)
  })
})

describe("entitlement", () => {
  const reading = (service: ReadonlyArray<number>, backlogged: ReadonlyArray<boolean>) => ({
    at: 0,
    active: 0,
    waiting: [],
    busy: [],
    service,
    backlogged
  })

  it("is one's own service for those who lack nothing, and by weight for those who wait", () => {
    const { entitlement } = Fairness.shares([
      reading([100, 500, 100], [false, true, true]),
      reading([10, 20, 30], [false, false, false])
    ], [1, 1, 3])
    assert.deepStrictEqual(entitlement, [[100, 150, 450], [10, 20, 30]])
  })
})
