/** Yesterday's traffic on another fleet. */
import * as Replay from "@aiguilleur/lab/scenario/Replay"
import * as TraceFile from "@aiguilleur/lab/scenario/TraceFile"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { server, town } from "../world/Town.ts"

const fleet = town({ startsAt: "08:00", servers: [server({ name: "gpu", count: 3 })] })

describe("traces", () => {
  const head = "at,organisation,key,model,priority,prompt_tokens,output_tokens"

  it("becomes one population for each key and priority, on the fleet of another scenario", () => {
    const rows = Result.getOrThrow(TraceFile.parse([
      head,
      "2027-03-01T08:00:01Z,univ-a,moodle,m,5,100,20",
      "2027-03-01T08:00:00Z,univ-a,moodle,m,5,30,10",
      "2027-03-01T08:00:02.500Z,univ-b,lab,other,0,7,0"
    ].join("\n")))
    const { duration, populations } = Replay.scenario("monday", fleet, rows)
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
    assert.deepStrictEqual(Replay.scenario("x", fleet, rows).populations.map(({ routingMode }) => routingMode), [
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
    assert.include(said(`${head}\n1,a,k,m,5,,`), "prompt_tokens: expected at least one request whose tokens are known")
  })

  it("takes what was never answered to be as long as what else its key asked, and says so", () => {
    const rows = Result.getOrThrow(TraceFile.parse([
      head,
      "0,univ-a,moodle,m,5,100,10",
      "1,univ-a,moodle,m,5,,",
      "2,univ-a,moodle,m,5,300,30",
      "3,univ-a,moodle,m,5,200,20",
      "4,univ-b,lab,m,0,,"
    ].join("\n")))
    const { description, populations } = Replay.scenario("x", fleet, rows)
    assert.deepStrictEqual(
      populations.map(({ arrivals }) => arrivals.kind === "trace" && arrivals.requests),
      [[[0, 100, 10], [1000, 200, 20], [2000, 300, 30], [3000, 200, 20]], [[4000, 200, 20]]]
    )
    assert.include(description!, "2 of them were never answered")
    assert.notInclude(description!, "does not have")
  })

  it("says which models the fleet does not have, and where they are played", () => {
    const rows = Result.getOrThrow(TraceFile.parse(`${head}\n0,a,k,whale,5,1,1`))
    assert.include(
      Replay.scenario("x", fleet, rows).description!,
      "does not have whale: what asked for it is played on m."
    )
  })

  it("names populations by organisation and key, and by all that differs where that is not enough", () => {
    const rows = Result.getOrThrow(TraceFile.parse([
      `${head},routing_mode`,
      "0,a,k,m,5,1,1,any",
      "0,a,k,m,5,1,1,",
      "0,b,k,m,5,1,1,",
      "0,b,k,m,4,1,1,private-only"
    ].join("\n")))
    assert.deepStrictEqual(Replay.scenario("x", fleet, rows).populations.map(({ name }) => name), [
      "a k",
      "b k m 5",
      "b k m 4 private-only"
    ])
  })

  it("reads quoted cells, whatever they hold", () => {
    const rows = Result.getOrThrow(
      TraceFile.parse(`${head}\r\n0,univ-a,"moodle, ""the"" one\n",m,5,1,1\r\n\r\n1,b,k,m,5,1,x`
        .replace(",x", ",1"))
    )
    assert.deepStrictEqual(rows.map(({ key }) => key), ["moodle, \"the\" one", "k"])
    const wrong = TraceFile.parse(`${head}\n0,a,"k\nk",m,5,1,1\n0,a,k,m,5,1,x`)
    assert.include(Result.getOrThrow(Result.flip(wrong)).message, "line 4, output_tokens")
  })
})
