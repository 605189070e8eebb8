/**
 * Samples as tables for people: medians over the repetitions, and medians of the ratios taken inside each of them.
 */
import type { Bar } from "./Bars.ts"
import { median, paired, type Phase, type Sample, type Series, series } from "./Sample.ts"

type Cell = (own: Series) => string

const of = (pick: (sample: Sample) => number, digits = 0): Cell => ({ samples }) =>
  median(samples.map(pick)).toFixed(digits)

const percent = (pick: (sample: Sample) => number): Cell => ({ samples }) =>
  `${(median(samples.map(pick)) * 100).toFixed(0)} %`

export const table = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)
  return rows.map((row) => `  ${row.map(pad).join("  ")}`.trimEnd()).join("\n")
}

const titles: Record<Phase, string> = {
  requests: "Non-streaming, 64 connections",
  watched: "The same, while 50 viewers hold the live page's events",
  latency: "Non-streaming, 1 connection",
  streams: "Many streams, 100 chunks/s each; times are delays from the upstream's write to the client's read",
  events: "Few streams (20), 100 chunks/s each: is any event held back? Delays as above"
}

const columns = (phase: Phase, base: (peer: string) => Series): ReadonlyArray<readonly [string, Cell]> => {
  const against = (peer: string, compare: (own: Sample, other: Sample) => number, digits: number): Cell => (own) => {
    const value = paired(own, base(peer), compare)
    return Number.isNaN(value) ? "-" : value.toFixed(digits)
  }
  const cpu = (own: Sample, other: Sample) => own.cpuMicros / other.cpuMicros
  if (phase === "latency" || phase === "events") {
    return [
      ["p50 us", of((sample) => sample.p50)],
      ["p99 us", of((sample) => sample.p99)],
      ["added p50", against("floor", (own, other) => own.p50 - other.p50, 0)],
      ["added p99", against("floor", (own, other) => own.p99 - other.p99, 0)]
    ]
  }
  const ratios = [["x floor", against("floor", cpu, 2)], ["x portkey", against("portkey", cpu, 3)]] as const
  const load = [["proxy busy", percent((sample) => sample.busy)], [
    "others",
    percent((sample) => sample.others)
  ]] as const
  const times = [["p50 us", of((sample) => sample.p50)], ["p99 us", of((sample) => sample.p99)]] as const
  return phase === "requests" || phase === "watched"
    ? [
      ["req/s", of((sample) => sample.perSecond)],
      ["CPU us/req", of((sample) => sample.cpuMicros, 1)],
      ["of it below", of((sample) => sample.belowMicros, 1)],
      ...ratios,
      ...times,
      ...load
    ]
    : [
      ["chunks/s", of((sample) => sample.perSecond)],
      ["per read", of((sample) => sample.count / sample.reads, 2)],
      ["CPU us/chunk", of((sample) => sample.cpuMicros, 1)],
      ...ratios,
      ...times,
      ["max us", of((sample) => sample.max)],
      ...load
    ]
}

const saturated = 0.9

/** Says when something else used the proxy's core, since then no verdict is worth much. */
export const disturbance = (samples: ReadonlyArray<Sample>): string => {
  const share = median(samples.map(({ others }) => others))
  return share < 0.15 ? "" : `\nDISTURBED: other processes took ${(share * 100).toFixed(0)} % of the proxy's core ` +
    "(median). Ratios of CPU per request hold best; rates, delays and costs per chunk do not."
}

/** One phase: a row per peer, or FAILED and why. */
export const phase = (samples: ReadonlyArray<Sample>, peers: ReadonlyArray<string>, phase: Phase): string => {
  const shape = columns(phase, (peer) => series(samples, peer, phase))
  const remarks: Array<string> = []
  const rows = peers.map((peer) => {
    const own = series(samples, peer, phase)
    if (own.failure !== undefined) remarks.push(`  ${peer} FAILED: ${own.failure}`)
    if (own.failure !== undefined || own.samples.length === 0) return [peer, "FAILED"]
    if (phase === "streams" && median(own.samples.map(({ busy }) => busy)) > saturated) {
      remarks.push(`  ${peer} saturated its core: its delays are a backlog, and events that queue together cost less`)
    }
    return [peer, ...shape.map(([, cell]) => cell(own))]
  })
  return [titles[phase], table([["", ...shape.map(([title]) => title)], ...rows]), ...remarks].join("\n")
}

export const bars = (bars: ReadonlyArray<Bar>): string =>
  [
    "Bars of DESIGN §9, for the gateway",
    table([["", "bar", "measured", ""], ...bars.map((bar) => [bar.what, bar.limit, bar.measured, bar.verdict])])
  ].join("\n")
