/** `npm run bench:eta`: the waits that requests are told of on arrival against those they have, in the standard scenarios. */
import * as ScenarioFile from "@aiguilleur/lab/scenario/ScenarioFile"
import * as World from "@aiguilleur/lab/world/World"
import { Effect, Result } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { table } from "./Report.ts"
import type { Wait } from "./Waits.ts"
import * as Waits from "./Waits.ts"

const { values } = parseArgs({ options: { only: { type: "string", default: "" } } })
const bar = 0.25
const folder = join(import.meta.dirname, "..", "fixtures", "scenarios")
const percent = (share: number): string => Number.isNaN(share) ? "-" : `${Math.round(100 * share)} %`

const all: Array<Wait> = []
const medians: Array<number> = []
const rows: Array<ReadonlyArray<string>> = [["", "waits > 2 s", "median error", "told / was", "within p90", ""]]
const row = (label: string, waits: ReadonlyArray<Wait>): void => {
  const error = Waits.medianError(waits)
  const verdict = waits.length === 0 ? "" : error <= bar ? "PASS" : "over"
  rows.push([
    label,
    String(waits.length),
    percent(error),
    waits.length === 0 ? "-" : Waits.tendency(waits).toFixed(2),
    percent(Waits.covered(waits)),
    verdict
  ])
}

for (
  const file of readdirSync(folder).filter((name) => name.endsWith(".yaml") && name.includes(values.only)).toSorted()
) {
  const scenario = Result.getOrThrow(ScenarioFile.parse(readFileSync(join(folder, file), "utf8")))
  const together: Array<Wait> = []
  for (const column of scenario.columns) {
    const { lines } = Effect.runSync(World.run(scenario, column, { forecasts: true }))
    const waits = Waits.waits(lines)
    row(`${scenario.name}: ${column.name}`, waits)
    together.push(...waits)
  }
  if (together.length > 0) medians.push(Waits.medianError(together))
  all.push(...together)
}
row("all requests together", all)

console.log("Waits told on arrival against waits had; simulated servers and users, virtual time\n")
console.log(table(rows))
const mean = medians.reduce((sum, error) => sum + error, 0) / medians.length
console.log(`\nMean of the scenarios' own medians: ${percent(mean)}. Bar: ${percent(bar)}.`)
process.exitCode = Waits.medianError(all) <= bar && mean <= bar ? 0 : 1
