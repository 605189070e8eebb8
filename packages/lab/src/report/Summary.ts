/** The report for a terminal: a table per policy, then the verdict. */
import type { ColumnReport, Report } from "./Report.ts"
import { endingsOf, origin, seconds } from "./Verdict.ts"

const pad = (rows: ReadonlyArray<ReadonlyArray<string>>): Array<string> => {
  const widths = rows[0]!.map((_, place) => Math.max(...rows.map((row) => row[place]!.length)))
  return rows.map((row) =>
    row.map((cell, place) => place === 0 ? cell.padEnd(widths[place]!) : cell.padStart(widths[place]!)).join("  ")
      .trimEnd()
  )
}

/** More populations than this are told by priority. */
const mostRows = 12

const rowsOf = ({ populations, priorities }: ColumnReport) =>
  populations.length <= mostRows
    ? populations.map((one) => ({ label: `${one.name} (${one.priority})`, group: one }))
    : priorities.map((one) => ({ label: `priority ${one.priority}`, group: one }))

const decider = ({ policy, strategy }: ColumnReport): string =>
  strategy === null && policy === null
    ? "as each model has it"
    : [strategy, policy].filter((one) => one !== null).join(" + ")

const column = (report: ColumnReport): ReadonlyArray<string> => {
  const rows = rowsOf(report).map(({ group, label }) => [
    label,
    String(group.requests),
    ...[group.ttft.p50, group.ttft.p95, group.ttft.p99, group.total.p50, group.total.p95].map(seconds),
    String(group.requeues),
    endingsOf(group)
  ])
  const heads = ["", "requests", "TTFT p50", "p95", "p99", "total p50", "p95", "requeues", "endings"]
  return [
    report.measured
      ? report.name
      : `${report.name}  (${[decider(report), ...report.settings].join(", ")})`,
    ...pad([heads, ...rows]).map((row) => `  ${row}`),
    `  ${report.tokensPerSecond} output tokens/s`,
    ""
  ]
}

export const summary = (report: Report): string =>
  [
    `${report.name}: ${report.duration} s, seed ${report.seed}. ${origin(report)}.`,
    "",
    ...report.columns.flatMap(column),
    "Verdict",
    ...report.verdict.map((sentence) => `  - ${sentence}`)
  ].join("\n")
