/** Which charts a report has, as data that the page's small script hands to uPlot. */
import type { ColumnReport, Line, Report } from "./Report.ts"

export interface Panel {
  /** Name of the column. */
  readonly column: string
  readonly x: ReadonlyArray<number>
  readonly lines: ReadonlyArray<Curve>
}

export interface Curve {
  readonly label: string
  readonly values: Line
  /** Drawn under the line of the same hue. */
  readonly dashed?: boolean
  /** Which of the page's colours: the same for one label in all panels. */
  readonly hue?: number
}

export interface Chart {
  readonly id: string
  readonly title: string
  readonly note: string
  /** `millis` are drawn on a logarithmic scale. */
  readonly unit: "count" | "millis" | "percent" | "tokens"
  readonly x: "seconds" | "millis"
  /** Where an axis of seconds ends. */
  readonly until: number
  readonly panels: ReadonlyArray<Panel>
}

type Sketch = Omit<Chart, "until">

type Named = Readonly<Record<string, Line>>

const lines = (named: Named, dashed = false) =>
  Object.entries(named).map(([label, values]) => ({ label, values, ...(dashed ? { dashed } : {}) }))

const timed = ({ columns }: Report, pick: (column: ColumnReport) => Panel["lines"]): Chart["panels"] =>
  columns.map((column) => ({ column: column.name, x: column.series.at, lines: pick(column) }))

/** Of percentiles. */
const binned = ({ columns }: Report, pick: (column: ColumnReport) => Named): Chart["panels"] =>
  columns.map((column) => ({ column: column.name, x: column.series.binsAt, lines: lines(pick(column)) }))

const distributed = (
  { bounds, columns }: Report,
  pick: (column: ColumnReport) => ReadonlyArray<readonly [string, ReadonlyArray<number>]>
): Chart["panels"] =>
  columns.map((column) => ({
    column: column.name,
    x: bounds,
    lines: pick(column).flatMap(([label, values]) => values.length === 0 ? [] : [{ label, values }])
  }))

/** Those that have something to show. */
export const charts = (report: Report): ReadonlyArray<Chart> => {
  const until = Math.max(...report.columns.map(({ series }) => series.at.at(-1) ?? 0))
  return drawn(report)
    .filter(({ panels }) => panels.some(({ lines }) => lines.length > 0))
    .map((sketch) => coloured(Object.assign(sketch, { until })))
}

/** What a line is about: an entitlement is that of the line it belongs to. */
const subject = ({ dashed, label }: Curve): string => dashed === true ? label.slice(0, -entitledSuffix.length) : label

const entitledSuffix = ", entitled"

const coloured = (chart: Chart): Chart => {
  const labels = [...new Set(chart.panels.flatMap(({ lines }) => lines.map(subject)))]
  const hue = (line: Curve): Curve => ({ ...line, hue: labels.indexOf(subject(line)) })
  return { ...chart, panels: chart.panels.map((panel) => ({ ...panel, lines: panel.lines.map(hue) })) }
}

const drawn = (report: Report): ReadonlyArray<Sketch> => [
  {
    id: "active",
    title: "Active users",
    note: "Requests that wait or are being answered.",
    unit: "count",
    x: "seconds",
    panels: timed(report, ({ series }) => [{ label: "active", values: series.active }])
  },
  {
    id: "waiting",
    title: "Queue depth by priority",
    note: "Requests that wait for a server; those inside an engine's own queue are not seen here.",
    unit: "count",
    x: "seconds",
    panels: timed(report, ({ series }) => lines(series.waiting))
  },
  {
    id: "ttft-priority",
    title: "Time to first token by priority",
    note: "p95 from arrival to first token, by moment of arrival.",
    unit: "millis",
    x: "seconds",
    panels: binned(report, ({ series }) => series.ttftByPriority)
  },
  {
    id: "ttft-organisation",
    title: "Time to first token by organisation",
    note: "p95, as above; the eight organisations with most service.",
    unit: "millis",
    x: "seconds",
    panels: binned(report, ({ series }) => series.ttftByOrganisation)
  },
  {
    id: "ttft-distribution",
    title: "Time to first token, distribution by priority",
    note: "Share of the requests whose first token came within this time.",
    unit: "percent",
    x: "millis",
    panels: distributed(
      report,
      ({ priorities }) => priorities.map(({ priority, ttftDistribution }) => [`priority ${priority}`, ttftDistribution])
    )
  },
  {
    id: "ttft-distribution-organisation",
    title: "Time to first token, distribution by organisation",
    note: "As above; the eight organisations with most service.",
    unit: "percent",
    x: "millis",
    panels: distributed(
      report,
      ({ organisations }) => largest(organisations).map(({ name, ttftDistribution }) => [name, ttftDistribution])
    )
  },
  {
    id: "total-priority",
    title: "Total time by priority",
    note: "p95 from arrival to the last token, by moment of arrival.",
    unit: "millis",
    x: "seconds",
    panels: binned(report, ({ series }) => series.totalByPriority)
  },
  {
    id: "total-organisation",
    title: "Total time by organisation",
    note: "p95, as above.",
    unit: "millis",
    x: "seconds",
    panels: binned(report, ({ series }) => series.totalByOrganisation)
  },
  {
    id: "total-distribution",
    title: "Total time, distribution by priority",
    note: "Share of the requests answered to the end within this time.",
    unit: "percent",
    x: "millis",
    panels: distributed(
      report,
      ({ priorities }) =>
        priorities.map(({ priority, totalDistribution }) => [`priority ${priority}`, totalDistribution])
    )
  },
  {
    id: "utilisation",
    title: "Utilisation per server",
    note: "Share of the slots in use; above 100 % where slots are not heeded or headroom is used.",
    unit: "percent",
    x: "seconds",
    panels: timed(report, ({ series }) => lines(series.utilisation))
  },
  {
    id: "in-flight",
    title: "Requests at each server",
    note: "How many each was answering: how many slots it has is not known here.",
    unit: "count",
    x: "seconds",
    panels: timed(report, ({ series }) => lines(series.inFlight))
  },
  {
    id: "service",
    title: "Service against entitlement",
    note:
      "Thousands of tokens (prompt + 2 × output) so far; dotted: what the weight entitled to while work was waiting.",
    unit: "tokens",
    x: "seconds",
    panels: timed(report, ({ series }) => [...lines(series.service), ...entitled(series.entitlement)])
  },
  {
    id: "requeues",
    title: "Requeues and refusals",
    note: "So far, by moment of arrival; refused, evicted and failed requests count as refusals.",
    unit: "count",
    x: "seconds",
    panels: timed(report, ({ series }) => [
      { label: "requeues", values: series.requeues },
      { label: "refusals", values: series.refusals }
    ])
  }
]

const entitled = (named: Named): Panel["lines"] =>
  lines(named, true).map((line) => ({ ...line, label: `${line.label}${entitledSuffix}` }))

/** Those with most service, in the order in which the others have them, so that each keeps its colour. */
const largest = <A extends { readonly service: number; readonly requests: number }>(all: ReadonlyArray<A>) => {
  const some = new Set(all.filter(({ requests }) => requests > 0).toSorted((a, b) => b.service - a.service).slice(0, 8))
  return all.filter((one) => some.has(one))
}
