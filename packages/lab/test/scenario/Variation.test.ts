/** What if: a server dies, somebody sends more, another policy; and yesterday's traffic. */
import type { Scenario } from "@aiguilleur/lab/scenario/Scenario"
import * as TraceFile from "@aiguilleur/lab/scenario/TraceFile"
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

  it("reads a pair of strategy and policy", () => {
    assert.deepInclude(Result.getOrThrow(Variation.policy("least-busy+performance")), {
      strategy: "least-busy",
      policy: "performance"
    })
    assert.isTrue(Result.isFailure(Variation.policy("performance")))
  })
})

describe("traces", () => {
  const head = "at,organisation,key,model,priority,prompt_tokens,output_tokens"

  it("becomes one population for each key and priority, on the fleet of another scenario", () => {
    const rows = Result.getOrThrow(TraceFile.parse([
      head,
      "2027-03-01T08:00:01Z,univ-a,moodle,m,5,100,20",
      "2027-03-01T08:00:00Z,univ-a,moodle,m,5,30,10",
      "2027-03-01T08:00:02.500Z,univ-b,lab,other,0,7,0"
    ].join("\n")))
    const { duration, populations } = TraceFile.replay("monday", fleet, rows)
    assert.strictEqual(duration, 62_500)
    assert.deepStrictEqual(
      populations.map(({ arrivals, key, model, organisation, priority }) => ({
        arrivals,
        key,
        model,
        organisation,
        priority
      })),
      [
        {
          arrivals: { kind: "trace", requests: [[0, 30, 10], [1000, 100, 20]] },
          key: "moodle",
          model: "m",
          organisation: "univ-a",
          priority: 5
        },
        {
          arrivals: { kind: "trace", requests: [[2500, 7, 0]] },
          key: "lab",
          model: "m",
          organisation: "univ-b",
          priority: 0
        }
      ]
    )
  })

  it("keeps the routing mode where it is told", () => {
    const rows = Result.getOrThrow(TraceFile.parse(`${head},routing_mode\n0,a,k,m,5,1,1,private-only\n0,a,k,m,5,1,1,`))
    assert.deepStrictEqual(TraceFile.replay("x", fleet, rows).populations.map(({ routingMode }) => routingMode), [
      "private-only",
      undefined
    ])
    const wrong = TraceFile.parse(`${head},routing_mode\n0,a,k,m,5,1,1,private`)
    assert.include(Result.getOrThrow(Result.flip(wrong)).message, "line 2, routing_mode: expected one of any")
  })

  it("names the line, the column and what was expected", () => {
    const said = (text: string) => Result.getOrThrow(Result.flip(TraceFile.parse(text))).message
    assert.include(said("at,key\n"), "organisation, model")
    assert.include(
      said(`${head}\n1,a,k,m,5,0,3`),
      "line 2, prompt_tokens: expected a whole number of at least 1, found \"0\""
    )
    assert.include(said(`${head}\n1,a,k,m,5,1,3\nsoon,a,k,m,5,1,3`), "line 3, at: expected seconds")
    assert.include(said(head), "expected at least one request")
  })
})
