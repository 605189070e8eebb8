/** From the lines of some requests to the figures of a report. */
import type { Ending, Line } from "../world/Ledger.ts"
import * as Quantiles from "./Quantiles.ts"
import type { Group } from "./Report.ts"

const firstTokens = (lines: ReadonlyArray<Line>): Array<number> =>
  lines.flatMap(({ arrivedAt, firstTokenAt }) => firstTokenAt === undefined ? [] : [firstTokenAt - arrivedAt])

const totals = (lines: ReadonlyArray<Line>): Array<number> =>
  lines.flatMap(({ arrivedAt, endedAt, ending }) =>
    ending === "served" && endedAt !== undefined ? [endedAt - arrivedAt] : []
  )

export const group = (lines: ReadonlyArray<Line>): Group => {
  const endings: Partial<Record<Ending, number>> = {}
  for (const { ending } of lines) endings[ending] = (endings[ending] ?? 0) + 1
  const ttft = firstTokens(lines)
  const total = totals(lines)
  return {
    requests: lines.length,
    endings,
    requeues: lines.reduce((sum, { requeues }) => sum + requeues, 0),
    ttft: Quantiles.of(ttft),
    total: Quantiles.of(total),
    waited: Quantiles.of(lines.map(({ waited }) => waited)),
    ttftDistribution: Quantiles.distribution(ttft),
    totalDistribution: Quantiles.distribution(total)
  }
}

export const by = <Key>(lines: ReadonlyArray<Line>, key: (line: Line) => Key): Map<Key, Array<Line>> =>
  Map.groupBy(lines, key)

export type Figure = "ttft" | "total"

/** p95 of the requests that arrived between two points in time. */
export const overTime = (lines: ReadonlyArray<Line>, figure: Figure, step: number, count: number) => {
  const bins = Array.from({ length: count }, (): Array<Line> => [])
  for (const line of lines) bins[Math.min(count - 1, Math.floor(line.arrivedAt / step))]!.push(line)
  return bins.map((bin) => Quantiles.of(figure === "ttft" ? firstTokens(bin) : totals(bin)).p95)
}
