/** How soon a population would be answered if it had the fleet to itself, one request at a time: what load is compared to. */
import { Effect } from "effect"
import type { Column, Population, Scenario } from "../scenario/Scenario.ts"
import { bestPriorityOf } from "../scenario/Scenario.ts"
import * as World from "../world/World.ts"
import { group } from "./Grouping.ts"

const requests = 400
const aDay = 86_400_000

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
    duration: aDay,
    servers: scenario.servers.map(({ faults: _faults, ...server }) => server),
    populations: [{ ...population, arrivals: { kind: "closed", users: 1, think: 1000 } }]
  }
  return Effect.map(World.run(quiet, column, { requests, readings: 4_000 }), ({ lines }) => group(lines))
}
