/** The report on one policy, from what was recorded while it ran. */
import type { Column, Scenario } from "../scenario/Scenario.ts"
import type { Line } from "../world/Ledger.ts"
import type { Evidence, Machine } from "./Evidence.ts"
import * as Fairness from "./Fairness.ts"
import type { Figure } from "./Grouping.ts"
import { by, group, overTime } from "./Grouping.ts"
import { rounded } from "./Quantiles.ts"
import type { ColumnReport, Line as Curve, Series } from "./Report.ts"

/** More curves than this in one chart, and nobody can tell them apart: the largest are shown. */
const mostCurves = 8

/** A percentile of a handful of requests says nothing: curves of percentiles have fewer points than the others. */
const mostBins = 60

/** What decides behind a real endpoint is its own affair. */
type Named = Pick<Column, "name"> & Partial<Column>

export const make = (
  scenario: Scenario,
  column: Named,
  evidence: Evidence,
  unloaded: ReadonlyMap<string, number | null>
): ColumnReport => {
  const { lines, machines, measured, organisations, readings, tokens } = evidence
  const weights = organisations.map((name) => scenario.organisations?.find((other) => other.name === name)?.weight ?? 1)
  const shares = Fairness.shares(readings, weights)
  const byPopulation = by(lines, ({ population }) => population)
  const byOrganisation = by(lines, ({ population }) => population.organisation)
  const byPriority = [...by(lines, ({ population }) => population.priority)].toSorted(([a], [b]) => b - a)
  const byServer = by(lines, ({ server }) => server)
  const duration = readings.at(-1)?.at ?? scenario.duration
  return {
    name: column.name,
    measured,
    strategy: column.strategy ?? null,
    policy: column.policy ?? null,
    settings: settingsOf(column),
    all: group(lines),
    populations: scenario.populations.map((population) => ({
      name: population.name,
      organisation: population.organisation,
      priority: population.priority,
      unloadedTtft: unloaded.get(population.name) ?? null,
      ...group(byPopulation.get(population) ?? [])
    })),
    priorities: byPriority.map(([priority, lines]) => ({ priority, ...group(lines) })),
    organisations: organisations.map((name, place) => ({
      name,
      weight: weights[place]!,
      service: Fairness.sum(shares.service, place),
      entitlement: Fairness.sum(shares.entitlement, place),
      ...group(byOrganisation.get(name) ?? [])
    })),
    servers: machines.map(({ maxConcurrent, name, organisation, preemptions, profile, reused, url }, place) => ({
      name,
      organisation,
      profile,
      utilisation: maxConcurrent === null ? null : thousandths(meanBusy(readings, place) / maxConcurrent),
      requests: byServer.get(url)?.length ?? 0,
      preemptions,
      reused: reused === null ? null : thousandths(reused)
    })),
    tokensPerSecond: rounded(tokens / (duration / 1000)),
    series: seriesOf(evidence, shares, byPriority, byOrganisation)
  }
}

const thousandths = (value: number): number => Math.round(1000 * value) / 1000

const meanBusy = (readings: Evidence["readings"], place: number): number =>
  readings.reduce((sum, { busy }) => sum + busy[place]!, 0) / readings.length

const named = new Set(["name", "strategy", "policy"])
const spans = new Set(["ageing", "patience", "ttftThreshold"])

/** What the column changes of the fleet. */
const settingsOf = (column: Named): ReadonlyArray<string> =>
  Object.entries(column).flatMap(([field, value]) => {
    if (named.has(field)) return []
    return [`${field}: ${value === null ? "off" : spans.has(field) ? `${Number(value) / 1000} s` : value}`]
  })

const seriesOf = (
  { lines, machines, organisations, readings }: Evidence,
  shares: Fairness.Shares,
  byPriority: ReadonlyArray<readonly [number, ReadonlyArray<Line>]>,
  byOrganisation: ReadonlyMap<string, ReadonlyArray<Line>>
): Series => {
  const duration = readings.at(-1)?.at ?? 1
  const bins = Math.min(mostBins, readings.length)
  const step = duration / bins
  const largest = organisations
    .map((name, place) => ({ name, place, service: Fairness.sum(shares.service, place) }))
    .filter(({ name }) => byOrganisation.has(name))
    .toSorted((a, b) => b.service - a.service || a.place - b.place)
    .slice(0, mostCurves)
    // one colour each, the same in every panel
    .toSorted((a, b) => a.place - b.place)
  const timed = (figure: Figure) => ({
    byPriority: Object.fromEntries(byPriority.map(([priority, lines]) => [
      `priority ${priority}`,
      overTime(lines, figure, step, bins)
    ])),
    byOrganisation: Object.fromEntries(
      largest.map(({ name }) => [name, overTime(byOrganisation.get(name) ?? [], figure, step, bins)])
    )
  })
  const ttft = timed("ttft")
  const totals = timed("total")
  return {
    at: readings.map(({ at }) => rounded(at / 1000)),
    binsAt: Array.from({ length: bins }, (_, bin) => rounded((bin + 0.5) * step / 1000)),
    active: readings.map(({ active }) => active),
    waiting: Object.fromEntries(
      byPriority.map(([priority]) => [`priority ${priority}`, readings.map(({ waiting }) => waiting[priority]!)])
    ),
    ttftByPriority: ttft.byPriority,
    ttftByOrganisation: ttft.byOrganisation,
    totalByPriority: totals.byPriority,
    totalByOrganisation: totals.byOrganisation,
    ...useOf(machines, readings.map(({ busy }) => busy)),
    service: curves(largest, shares.service),
    entitlement: curves(largest, shares.entitlement),
    requeues: runningCount(lines, readings.map(({ at }) => at), ({ requeues }) => requeues),
    refusals: runningCount(
      lines,
      readings.map(({ at }) => at),
      ({ ending }) => ending === "refused" || ending === "evicted" || ending === "failed" ? 1 : 0
    )
  }
}

const curves = (
  organisations: ReadonlyArray<{ readonly name: string; readonly place: number }>,
  rows: ReadonlyArray<ReadonlyArray<number>>
) => Object.fromEntries(organisations.map(({ name, place }) => [name, Fairness.running(rows, place)]))

/** In percent of their slots where those are known of all servers; else how many requests each was answering. */
const useOf = (
  machines: ReadonlyArray<Machine>,
  rows: ReadonlyArray<ReadonlyArray<number>>
): Pick<Series, "inFlight" | "utilisation"> => {
  const names = machines.map(({ name }) => name)
  const slots = machines.flatMap(({ maxConcurrent }) => maxConcurrent === null ? [] : [maxConcurrent])
  if (slots.length < machines.length) return { utilisation: {}, inFlight: ofEach(names, rows) }
  const percents = rows.map((row) => row.map((busy, place) => 100 * busy / slots[place]!))
  return { utilisation: ofEach(names, percents), inFlight: {} }
}

/** Each server's curve; of a large fleet the busiest, the idlest and the mean. */
const ofEach = (
  names: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<number>>
): Record<string, Curve> => {
  if (names.length <= mostCurves) {
    return Object.fromEntries(names.map((name, place) => [name, rows.map((row) => rounded(row[place]!))]))
  }
  return {
    "busiest server": rows.map((row) => rounded(Math.max(...row))),
    "mean of all": rows.map((row) => rounded(row.reduce((sum, share) => sum + share, 0) / row.length)),
    "idlest server": rows.map((row) => rounded(Math.min(...row)))
  }
}

/** Counted at the arrival of the request. */
const runningCount = (lines: ReadonlyArray<Line>, at: ReadonlyArray<number>, count: (line: Line) => number): Curve => {
  let next = 0
  let sum = 0
  return at.map((until) => {
    for (; next < lines.length && lines[next]!.arrivedAt <= until; next++) sum += count(lines[next]!)
    return sum
  })
}
