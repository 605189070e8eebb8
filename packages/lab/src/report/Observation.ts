/** Evidence from the lines of a measured run alone: readings are worked out afterwards from when each request came and went. */
import type { Line } from "../world/Ledger.ts"
import type { Reading } from "../world/Recorder.ts"
import type { Evidence, Machine } from "./Evidence.ts"

export interface Observation {
  readonly lines: ReadonlyArray<Line>
  readonly machines: ReadonlyArray<Machine>
  readonly tokens: number
  /** Milliseconds. */
  readonly duration: number
  readonly bestPriority: number
}

interface Stay {
  readonly from: number
  readonly to: number
}

const activeOf = ({ arrivedAt, endedAt }: Line): Stay => ({ from: arrivedAt, to: endedAt ?? Infinity })

/** All waits are taken for one at the beginning. */
const waitOf = ({ arrivedAt, waited }: Line): Stay => ({ from: arrivedAt, to: arrivedAt + waited })

const useOf = ({ arrivedAt, endedAt, waited }: Line): Stay => ({ from: arrivedAt + waited, to: endedAt ?? Infinity })

const overlap = ({ from, to }: Stay, start: number, end: number): number =>
  Math.max(0, Math.min(to, end) - Math.max(from, start))

/** Sorted, and those that touch made one. */
const union = (stays: ReadonlyArray<Stay>): ReadonlyArray<Stay> => {
  const merged: Array<{ from: number; to: number }> = []
  for (const { from, to } of stays.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1)
    if (last === undefined || from > last.to) merged.push({ from, to })
    else last.to = Math.max(last.to, to)
  }
  return merged
}

export const evidence = (
  { bestPriority, duration, lines, machines, tokens }: Observation,
  count = 240
): Evidence => {
  const organisations = [...new Set(lines.map(({ population }) => population.organisation))]
  const step = duration / count
  const waits = organisations.map((name) =>
    union(lines.filter(({ population, waited }) => population.organisation === name && waited > 0).map(waitOf))
  )
  const byServer = machines.map(({ url }) => lines.filter(({ server }) => server === url).map(useOf))
  const readings = Array.from({ length: count }, (_, index): Reading => {
    const start = index * step
    const at = start + step
    const holds = ({ from, to }: Stay) => from <= at && at < to
    return {
      at,
      active: lines.filter((line) => holds(activeOf(line))).length,
      waiting: Array.from(
        { length: bestPriority + 1 },
        (_, priority) => lines.filter((line) => line.population.priority === priority && holds(waitOf(line))).length
      ),
      busy: byServer.map((stays) => stays.reduce((sum, stay) => sum + overlap(stay, start, at), 0) / step),
      // Charged when it ends, as the dispatcher does.
      service: organisations.map((name) =>
        lines.reduce(
          (sum, { cost, endedAt, population }) =>
            population.organisation === name && endedAt !== undefined && endedAt > start && endedAt <= at
              ? sum + cost
              : sum,
          0
        )
      ),
      backlogged: waits.map((stays) => stays.some(({ from, to }) => from <= start && to >= at))
    }
  })
  return { measured: true, lines, readings, organisations, machines, tokens }
}
