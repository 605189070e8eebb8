/** What if: a server dies, somebody sends more, another policy, a shorter time. */
import type { Scenario } from "@aiguilleur/lab/scenario/Scenario"
import * as Variation from "@aiguilleur/lab/scenario/Variation"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { population, server, town } from "../world/Town.ts"

const fleet = town({ startsAt: "08:00", servers: [server({ name: "gpu", count: 3 })] })

const faults = ({ servers }: Scenario) =>
  servers.flatMap(({ faults = [], name }) => faults.map((fault) => ({ name, ...fault })))

describe("variations", () => {
  it("kills one server of several alike, at an hour or after a while", () => {
    const at = (text: string) => faults(Result.getOrThrow(Variation.kill(fleet, text)))
    const hour = 3_600_000
    assert.deepStrictEqual(at("gpu-2@12:00"), [{ name: "gpu-2", kind: "down", at: 4 * hour }])
    assert.deepStrictEqual(at("gpu-1@90s+2m"), [{ name: "gpu-1", kind: "down", at: 90_000, for: 120_000 }])
    // before the start is the next day
    assert.deepStrictEqual(at("gpu-1@07:00"), [{ name: "gpu-1", kind: "down", at: 23 * hour }])
  })

  it("says which servers there are, and how a time is written", () => {
    const said = (scenario: Scenario, text: string) => Result.getOrThrow(Result.flip(Variation.kill(scenario, text)))
    assert.include(said(fleet, "gpu@12:00"), "gpu-1, gpu-2, gpu-3")
    for (const text of ["gpu-1", "gpu-1@noon", "gpu-1@9s+x"]) assert.include(said(fleet, text), "expected SERVER@TIME")
    assert.include(said(town(), "a@12:00"), "with startsAt")
  })

  it("multiplies what a population or an organisation sends", () => {
    const scenario = town({
      populations: [
        population({ arrivals: { kind: "closed", users: 3 } }),
        population({ name: "flow", arrivals: { kind: "poisson", perSecond: 2 } }),
        population({ name: "old", arrivals: { kind: "trace", requests: [[1, 1, 1], [2, 1, 1]] } })
      ]
    })
    const scaled = Result.getOrThrow(Variation.scale(scenario, "univ-a=1.5")).populations.map(({ arrivals }) =>
      arrivals
    )
    assert.deepInclude(scaled[0], { users: 5 })
    assert.deepInclude(scaled[1], { perSecond: 3 })
    assert.deepInclude(scaled[2], { requests: [[1, 1, 1], [2, 1, 1], [2, 1, 1]] })
    assert.include(Result.getOrThrow(Result.flip(Variation.scale(scenario, "nobody=2"))), "people, flow, old")
  })

  it("plays the same in less time: ramps, windows and faults shrink, thinking and lengths stay", () => {
    const closed = { kind: "closed", users: 3, think: "2 seconds", rampUp: "1 minute", until: "4 minutes" }
    const points = [{ at: "0 seconds", perSecond: 1 }, { at: "5 minutes", perSecond: 2 }]
    const scenario = town({
      duration: "5 minutes",
      servers: [server({ faults: [{ kind: "down", at: "2 minutes", for: "1 minute" }] })],
      populations: [
        population({ arrivals: closed }),
        population({ name: "flow", arrivals: { kind: "poisson", points } }),
        population({ name: "bursts", arrivals: { kind: "bursts", size: 2, every: "100 seconds", within: "5 seconds" } })
      ]
    })
    const short = Variation.shortened(scenario, 30_000)
    assert.deepStrictEqual(faults(short), [{ name: "a", kind: "down", at: 12_000, for: 6_000 }])
    assert.deepStrictEqual(short.populations.map(({ arrivals }) => arrivals), [
      { kind: "closed", users: 3, think: 2_000, rampUp: 6_000, until: 24_000 },
      { kind: "poisson", points: [{ at: 0, perSecond: 1 }, { at: 30_000, perSecond: 2 }] },
      { kind: "bursts", size: 2, every: 10_000, within: 500 }
    ])
    assert.strictEqual(short.duration, 30_000)
  })

  it("reads a pair of strategy and policy", () => {
    assert.deepInclude(Result.getOrThrow(Variation.policy("least-busy+performance")), {
      strategy: "least-busy",
      policy: "performance"
    })
    assert.isTrue(Result.isFailure(Variation.policy("performance")))
  })
})
