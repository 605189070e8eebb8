/** The arguments of `npm run lab`: what is simulated, and what is said of mistakes. */
import * as Asked from "@aiguilleur/lab/face/command/Asked"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { readFileSync } from "node:fs"

const root = new URL("../../../../../", import.meta.url)
const load = (file: string) => readFileSync(new URL(file, root), "utf8")
const experiment = "fixtures/scenarios/ilaas-50-users.yaml"

const asked = (...args: ReadonlyArray<string>) => Result.getOrThrow(Asked.read(args, load))
const said = (...args: ReadonlyArray<string>) => Result.getOrThrow(Result.flip(Asked.read(args, load)))

describe("npm run lab", () => {
  it("runs the columns of a scenario, and writes a page", () => {
    const { cases, json, out } = asked(experiment)
    assert.deepStrictEqual(cases.map(({ column }) => column.policy), ["none", "concurrent-requests", "performance"])
    assert.deepStrictEqual([json, out], [false, "data/lab"])
  })

  it("writes no page beside JSON unless it is told where", () => {
    assert.isUndefined(asked(experiment, "--json").out)
    assert.strictEqual(asked(experiment, "--json", "--out", "x").out, "x")
  })

  it("takes other policies and another seed", () => {
    const { cases } = asked(
      experiment,
      "--seed",
      "9",
      "--policy",
      "least-busy+none",
      "--policy",
      "round-robin+performance"
    )
    assert.deepStrictEqual(cases.map(({ column }) => column.name), ["least-busy + none", "round-robin + performance"])
    assert.strictEqual(cases[0]!.scenario.seed, 9)
  })

  it("answers an operator's questions with what is and what would be", () => {
    const dies = asked("fixtures/scenarios/server-dies.yaml", "--kill", "dc1-1@12:00").cases
    assert.deepStrictEqual(dies.map(({ column }) => column.name), [
      "Least busy, performance, as it is",
      "Least busy, performance, dc1-1 down at 12:00"
    ])
    const triples = asked(experiment, "--scale", "univ-b=3").cases
    assert.deepStrictEqual(
      triples.map(({ scenario }) =>
        scenario.populations.map(({ arrivals }) => arrivals.kind === "closed" && arrivals.users)
      ),
      [[15, 35], [15, 105]]
    )
    const reserves = asked(experiment, "--reserve", "4").cases
    assert.deepStrictEqual(reserves.map(({ column }) => column.ownerReserve), [undefined, 4])
  })

  it("replays a trace on the fleet of a scenario", () => {
    const { cases } = asked(
      "fixtures/scenarios/monday-morning.csv",
      "--fleet",
      experiment,
      "--policy",
      "least-busy+performance"
    )
    assert.strictEqual(cases.length, 1)
    const { name, populations, servers } = cases[0]!.scenario
    assert.deepStrictEqual([name, populations.length, servers.length], ["monday-morning", 3, 2])
  })

  it("says what was expected", () => {
    assert.include(said(), "Usage: npm run lab")
    assert.include(said(experiment, "--pace", "3"), "--pace")
    assert.include(said("nowhere.yaml"), "nowhere.yaml: ")
    assert.include(said("fixtures/scenarios/monday-morning.csv"), "--fleet SCENARIO")
    assert.include(said(experiment, "--seed", "x"), "--seed: expected a whole number")
    assert.include(said(experiment, "--policy", "best"), "--policy: expected STRATEGY+POLICY")
    assert.include(said(experiment, "--kill", "nobody@3s"), "--kill: expected one of the servers dc1-l40s, dc2-l40s")
    assert.include(said(experiment, "--scale", "nobody=3"), "--scale: expected POPULATION=TIMES")
    assert.match(said("fixtures/config/design.yaml"), /cannot be simulated:(\n.*)*\nhttp: no such field/)
  })
})
