/** Scenarios in virtual time: what becomes of requests, users and servers. */
import type { Scenario } from "@aiguilleur/lab/scenario/Scenario"
import type { Line } from "@aiguilleur/lab/world/Ledger"
import * as World from "@aiguilleur/lab/world/World"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { column, population, server, town } from "./Town.ts"

const play = (scenario: Scenario, place = 0) => Effect.runSync(World.run(scenario, scenario.columns[place]!))

const count = (lines: ReadonlyArray<Line>, ending: Line["ending"]) =>
  lines.filter((line) => line.ending === ending).length

describe("World", () => {
  it("takes as long for an answer as its steps", () => {
    const [first] = play(town()).lines
    assert.deepInclude(first, { arrivedAt: 0, waited: 0, firstTokenAt: 1, endedAt: 100, ending: "served", cost: 210 })
  })

  it("lets a user ask again when the answer is there, and not after the end", () => {
    const { lines } = play(
      town({ populations: [population({ arrivals: { kind: "closed", users: 1, until: "1 second" } })] })
    )
    assert.deepStrictEqual(lines.map(({ arrivedAt }) => arrivedAt), [0, 100, 200, 300, 400, 500, 600, 700, 800, 900])
  })

  it("keeps requests waiting when every slot is taken, and serves the urgent first", () => {
    const batch = population({ name: "batch", priority: 0, arrivals: { kind: "closed", users: 3 } })
    const people = population({ arrivals: { kind: "closed", users: 1, from: "1 second" } })
    const { lines } = play(town({ servers: [server({ maxConcurrent: 1 })], populations: [batch, people] }))
    const urgent = lines.filter(({ population }) => population.priority === 5)
    const others = lines.filter(({ population, arrivedAt }) => population.priority === 0 && arrivedAt > 1000)
    // never behind more than the one in progress
    assert.isAtMost(Math.max(...urgent.map(({ waited }) => waited)), 101)
    assert.isAbove(Math.max(...others.map(({ waited }) => waited)), 101)
  })

  it("asks the same of every policy, user by user", () => {
    const scenario = town({
      populations: [
        population({ arrivals: { kind: "closed", users: 3, think: "50 millis" }, prompt: { from: 1, to: 500 } })
      ],
      columns: [column(), column({ name: "two", policy: "none" })],
      servers: [server({ maxConcurrent: 1 })]
    })
    const prompts = (place: number) => play(scenario, place).lines.map(({ prompt }) => prompt).slice(0, 3).toSorted()
    assert.deepStrictEqual(prompts(0), prompts(1))
  })

  it("retries elsewhere what a dying server had not yet answered, and cuts off what it had", () => {
    const servers = [
      server({ faults: [{ kind: "down", at: "2050 millis", for: "3 seconds" }] }),
      server({ name: "b" })
    ]
    const populations = [population({ arrivals: { kind: "closed", users: 4 } })]
    const { hosts, lines } = play(town({ servers, populations }))
    const broken = lines.filter(({ ending }) => ending === "broken")
    assert.deepStrictEqual(broken.map(({ server }) => server), ["simulated://a", "simulated://a"])
    assert.isTrue(
      lines.some(({ ending, requeues, arrivedAt }) => ending === "served" && requeues > 0 && arrivedAt > 2050)
    )
    assert.strictEqual(count(lines, "failed"), 0)
    // it is used again once it answers
    assert.isTrue(lines.some(({ arrivedAt, server }) => arrivedAt > 6000 && server === "simulated://a"))
    assert.isAbove(hosts[0]!.generated(), 0)
  })

  it("brings a server back with an engine that knows nothing of what died with the last one", () => {
    const servers = [server({
      maxNumSeqs: 2,
      maxConcurrent: 6,
      faults: [{ kind: "down", at: "2050 millis", for: "1 second" }]
    })]
    // of the six that it has when it dies, four have not begun
    const { hosts, lines } = play(
      town({ servers, populations: [population({ arrivals: { kind: "closed", users: 6 } })] })
    )
    const late = lines.filter(({ arrivedAt, ending }) => arrivedAt > 5_000 && ending === "served")
    assert.isAbove(late.length, 60)
    assert.isAtMost(Math.max(...late.map(({ arrivedAt, endedAt }) => endedAt! - arrivedAt)), 700)
    assert.deepInclude(hosts[0]!.load(), { running: 2, waiting: 4 })
  })

  it("holds a server off that answers 429, and loses nothing", () => {
    const servers = [server({ faults: [{ kind: "busy", at: "1 second", for: "2 seconds" }] })]
    const { lines } = play(town({ servers }))
    assert.strictEqual(count(lines, "served"), lines.length - 1)
    assert.isTrue(lines.some(({ attempts, requeues }) => attempts > 1 && requeues > 0))
  })

  it("computes once what all prompts of a population begin with", () => {
    const reused = (sharedPrefix: number | undefined) => {
      const people = population({ prompt: 64, output: 1, ...(sharedPrefix === undefined ? {} : { sharedPrefix }) })
      return play(town({ populations: [people] })).hosts[0]!.reused()
    }
    assert.strictEqual(reused(undefined), 0)
    // of four blocks of 16 the two that are always the same, but for the first prompt
    assert.closeTo(reused(40), 0.5, 0.001)
  })

  it("slows a server's engine down, and lets it recover", () => {
    const { lines } = play(
      town({ servers: [server({ faults: [{ kind: "slow", at: "2 seconds", for: "3 seconds", times: 4 }] })] })
    )
    const took = (from: number, to: number) =>
      lines.filter(({ arrivedAt }) => arrivedAt >= from && arrivedAt < to).map(({ arrivedAt, endedAt }) =>
        Math.round(endedAt! - arrivedAt)
      )
    assert.deepStrictEqual(new Set(took(0, 1_900)), new Set([100]))
    assert.deepStrictEqual(new Set(took(2_000, 4_500)), new Set([400]))
    assert.deepStrictEqual(new Set(took(5_300, 9_000)), new Set([100]))
  })

  it("reads an engine's own times where no answer is a stream, so that a policy can go by them", () => {
    const whole = population({ stream: false, arrivals: { kind: "closed", users: 8 }, prompt: 1_000, output: 20 })
    const inFlight = (ttftThreshold: string) => {
      const { readings } = play(town({
        duration: "2 minutes",
        servers: [server({ profile: "l40s-mistral-small-24b-fp8", maxConcurrent: 8 })],
        populations: [whole],
        columns: [column({ policy: "performance", ttftThreshold })]
      }))
      return readings.slice(120).reduce((sum, { busy }) => sum + busy[0]!, 0) / readings.slice(120).length
    }
    assert.isBelow(inFlight("1 millis"), 2)
    assert.isAbove(inFlight("1 minute"), 7)
  })

  it("gives a server that was slow its slots back, though its answers are so long that few begin in a minute", () => {
    const { readings } = play(town({
      duration: "15 minutes",
      servers: [server({ faults: [{ kind: "slow", at: "60 seconds", for: "60 seconds", times: 200 }] })],
      populations: [population({ arrivals: { kind: "closed", users: 8 }, output: 30_000 })],
      columns: [column({ policy: "performance", ttftThreshold: "100 millis" })]
    }))
    const mean = (from: number, to: number) => {
      const some = readings.filter(({ at }) => at > from * 1_000 && at <= to * 1_000)
      return some.reduce((sum, { busy }) => sum + busy[0]!, 0) / some.length
    }
    assert.closeTo(mean(0, 60), 4, 0.1)
    // held to one at a time, of which five are enough to show that it is fast again
    assert.closeTo(mean(165, 250), 1, 0.1)
    assert.closeTo(mean(300, 900), 4, 0.1)
  })

  it("sends nothing more to a server that drains, and drops nothing of what it has", () => {
    const servers = [
      server({ faults: [{ kind: "draining", at: "2050 millis" }] }),
      server({ name: "b" })
    ]
    const { lines } = play(town({ servers, populations: [population({ arrivals: { kind: "closed", users: 4 } })] }))
    assert.strictEqual(count(lines, "broken"), 0)
    assert.isFalse(lines.some(({ arrivedAt, server }) => arrivedAt > 2050 && server === "simulated://a"))
  })

  it("lets users leave who wait for too long, and frees what they held", () => {
    const patient = population({ name: "patient", arrivals: { kind: "closed", users: 1 } })
    const hasty = population({ name: "hasty", leavesAfter: "20 millis", arrivals: { kind: "closed", users: 2 } })
    const { lines } = play(town({ servers: [server({ maxConcurrent: 1 })], populations: [patient, hasty] }))
    const left = lines.filter(({ ending }) => ending === "withdrawn")
    assert.isAbove(left.length, 0)
    assert.isTrue(
      left.every(({ arrivedAt, endedAt, population }) =>
        population.name === "hasty" && Math.abs(endedAt! - arrivedAt - 20) < 1e-6
      )
    )
  })

  it("lets an engine that was started for it order what waits inside by priority", () => {
    const waited = (priorityScheduling: boolean) => {
      const batch = population({ name: "batch", priority: 0, arrivals: { kind: "closed", users: 4 } })
      const people = population({ arrivals: { kind: "closed", users: 1, think: "50 millis" } })
      const { lines } = play(town({
        servers: [server({ maxNumSeqs: 1, priorityScheduling })],
        populations: [batch, people],
        columns: [column({ policy: "none" })]
      }))
      const later = lines.filter(({ arrivedAt, firstTokenAt, population }) =>
        population.priority === 5 && arrivedAt > 1000 && firstTokenAt !== undefined
      )
      return Math.max(...later.map(({ arrivedAt, firstTokenAt }) => firstTokenAt! - arrivedAt))
    }
    // behind one answer of 100 steps, or behind four
    assert.isAtMost(waited(true), 102)
    assert.isAbove(waited(false), 300)
  })

  it("refuses arrivals beyond a key's threshold", () => {
    const populations = [population({ threshold: 1, arrivals: { kind: "bursts", size: 5, every: "1 hour" } })]
    const { lines } = play(town({ servers: [server({ maxConcurrent: 1 })], populations }))
    assert.deepStrictEqual([count(lines, "served"), count(lines, "refused")], [2, 3])
  })

  it("ends every request once, whatever happens to the servers", () => {
    const faults = [
      { kind: "down", at: "1 second", for: "500 millis" },
      { kind: "failing", at: "3 seconds", for: "1 second" },
      { kind: "down", at: "6 seconds", for: "1 second" }
    ]
    for (const policy of ["none", "concurrent-requests", "performance"]) {
      const { lines, readings } = play(town({
        servers: [server({ faults }), server({ name: "b", maxConcurrent: 2 })],
        populations: [
          population({ arrivals: { kind: "closed", users: 6 } }),
          population({
            name: "batch",
            priority: 0,
            arrivals: { kind: "poisson", perSecond: 20 },
            leavesAfter: "2 seconds"
          })
        ],
        columns: [column({ strategy: "least-busy", policy })]
      }))
      const open = lines.filter(({ endedAt }) => endedAt === undefined)
      assert.strictEqual(readings.at(-1)!.active, open.length)
      assert.strictEqual(count(lines, "unfinished"), open.length)
      const waiting = readings.at(-1)!.waiting.reduce((sum, length) => sum + length, 0)
      assert.isAtMost(waiting, open.length)
    }
  })

  it("measures how many requests a server was answering", () => {
    const { readings } = play(town({ servers: [server({ maxConcurrent: 2 })] }))
    for (const { busy } of readings) assert.closeTo(busy[0]!, 1, 1e-6)
  })
})
