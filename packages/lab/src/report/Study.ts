/** A scenario under each of its policies, and what that comes to. */
import { Effect } from "effect"
import type { Column, Scenario } from "../scenario/Scenario.ts"
import * as World from "../world/World.ts"
import * as ColumnReports from "./ColumnReport.ts"
import * as Evidences from "./Evidence.ts"
import { bounds } from "./Quantiles.ts"
import type { ColumnReport, Report } from "./Report.ts"
import * as Unloaded from "./Unloaded.ts"
import { verdict } from "./Verdict.ts"

/** What one column of the report is a run of. */
export interface Case {
  readonly scenario: Scenario
  readonly column: Column
}

export interface Progress {
  readonly column: string
  /** Of the whole study, from 0 to 1. */
  readonly share: number
}

export const cases = (scenario: Scenario): ReadonlyArray<Case> =>
  scenario.columns.map((column) => ({ scenario, column }))

/** The same policy before and after something has changed. */
export const contrast = (before: Scenario, after: Scenario, column: Column, change: string): ReadonlyArray<Case> => [
  { scenario: before, column: { ...column, name: `${column.name}, as it is` } },
  { scenario: after, column: { ...column, name: `${column.name}, ${change}` } }
]

/** Yields between columns, so that whoever draws the progress gets a turn. */
export const run = Effect.fnUntraced(function*(
  cases: ReadonlyArray<Case>,
  progress: (progress: Progress) => void = () => {},
  readings = 240
) {
  const columns: Array<ColumnReport> = []
  for (const [place, { column, scenario }] of cases.entries()) {
    const tell = (share: number) => progress({ column: column.name, share: (place + share) / cases.length })
    const recorder = yield* World.run(scenario, column, { progress: tell, readings })
    const unloaded = yield* Unloaded.ttft(scenario, column)
    columns.push(ColumnReports.make(scenario, column, Evidences.simulated(recorder), unloaded))
    yield* Effect.yieldNow
  }
  return report(cases[0]!.scenario, columns)
})

/** Of columns that come from wherever. */
export const report = (
  { description, duration, name, seed }: Scenario,
  columns: ReadonlyArray<ColumnReport>
): Report => ({
  name,
  description: description ?? "",
  simulated: columns.every(({ measured }) => !measured),
  seed,
  duration: duration / 1000,
  verdict: verdict(columns),
  bounds,
  columns
})
