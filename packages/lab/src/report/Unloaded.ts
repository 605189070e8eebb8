/** How soon a population would be answered if it had the fleet to itself, one request at a time: what load is compared to. */
import { Effect } from "effect"
import type { Arrivals } from "../scenario/Arrivals.ts"
import type { Column, Population, Scenario } from "../scenario/Scenario.ts"
import { bestPriorityOf } from "../scenario/Scenario.ts"
import * as World from "../world/World.ts"
import { group } from "./Grouping.ts"

const requests = 400
const anHour = 3_600_000

/** Far enough for any one request to be over. */
const apart = anHour / requests

/** p95 of the time to first token, by population, for those whose priority promises something. */
export const ttft = Effect.fnUntraced(function*(scenario: Scenario, column: Column) {
  const found = new Map<string, number | null>()
  for (const population of scenario.populations) {
    if (population.priority < bestPriorityOf(scenario) - 1) continue
    found.set(population.name, (yield* alone(scenario, column, population)).ttft.p95)
  }
  return found
})

const alone = (scenario: Scenario, column: Column, population: Population) => {
  const quiet: Scenario = {
    ...scenario,
    duration: anHour,
    servers: scenario.servers.map(({ faults: _faults, ...server }) => server),
    populations: [{ ...population, arrivals: oneByOne(population.arrivals), output: { kind: "fixed", tokens: 1 } }]
  }
  return Effect.map(World.run(quiet, column, { requests, readings: 360 }), ({ lines }) => group(lines))
}

/** One token is enough to know when the first one came. */
const oneByOne = (arrivals: Arrivals): Arrivals =>
  arrivals.kind === "trace"
    ? {
      kind: "trace",
      requests: arrivals.requests.slice(0, requests).map(([, prompt], place) => [place * apart, prompt, 1] as const)
    }
    : { kind: "closed", users: 1, think: 100 }
