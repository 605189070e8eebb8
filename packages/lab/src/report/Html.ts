/** The body of a report as HTML: verdict, tables, and a place for each chart. */
import * as Charts from "./Charts.ts"
import type { Quantiles } from "./Quantiles.ts"
import type { ColumnReport, Group, Report } from "./Report.ts"
import { endingsOf, seconds } from "./Verdict.ts"

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\"": "&quot;",
  "'": "&#39;"
}

export const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => escapes[sign]!)

export const body = (report: Report): string =>
  [
    `<section class="verdict" aria-label="Verdict"><h2>Verdict</h2><ul>${
      report.verdict.map((sentence) => `<li>${escape(sentence)}</li>`).join("")
    }</ul></section>`,
    populations(report),
    ...Charts.charts(report).map(chart),
    organisations(report),
    servers(report)
  ].join("\n")

const chart = ({ id, note, panels, title }: Charts.Chart): string =>
  `<section class="chart" id="${id}"><h2>${escape(title)}</h2><p class="note">${escape(note)}</p><div class="panels">${
    panels.map(({ column }, place) =>
      `<figure><figcaption>${escape(column)}</figcaption><div class="plot" role="img" aria-label="${
        escape(`${title}: ${column}`)
      }" data-chart="${id}" data-panel="${place}"></div></figure>`
    ).join("")
  }</div></section>`

const table = (label: string, heads: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  `<div class="scroll" tabindex="0" role="region" aria-label="${escape(label)}"><table><thead><tr>${
    heads.map((head) => `<th scope="col">${escape(head)}</th>`).join("")
  }</tr></thead><tbody>${
    rows.map(([first, ...cells]) =>
      `<tr><th scope="row">${escape(first!)}</th>${cells.map((cell) => `<td>${escape(cell)}</td>`).join("")}</tr>`
    ).join("")
  }</tbody></table></div>`

/** Of 35 organisations, one row each would bury the rest: the large ones, folded. */
const mostRows = 12

const perColumn = (
  { columns }: Report,
  title: string,
  heads: ReadonlyArray<string>,
  rows: (column: ColumnReport) => ReadonlyArray<ReadonlyArray<string>>
): string =>
  `<section class="tables"><h2>${escape(title)}</h2>${
    columns.map((column) => {
      const all = rows(column)
      const text = table(`${title}: ${column.name}`, heads, all)
      return all.length > mostRows
        ? `<details><summary>${escape(column.name)} (${all.length} rows)</summary>${text}</details>`
        : `<h3>${escape(column.name)}</h3>${text}`
    }).join("")
  }</section>`

const three = ({ p50, p95, p99 }: Quantiles): ReadonlyArray<string> =>
  [p50, p95, p99].map((value) => value === null ? "–" : seconds(value))

const figures = (group: Group): ReadonlyArray<string> => [
  String(group.requests),
  ...three(group.ttft),
  ...three(group.total),
  String(group.requeues),
  endingsOf(group)
]

const populations = (report: Report): string =>
  perColumn(
    report,
    "Populations",
    ["", "priority", "requests", "TTFT p50", "p95", "p99", "total p50", "p95", "p99", "requeues", "endings"],
    ({ all, populations }) => [
      ...populations.map((population) => [population.name, String(population.priority), ...figures(population)]),
      ["all", "", ...figures(all)]
    ]
  )

const thousands = (tokens: number): string => `${(tokens / 1000).toFixed(1)} k`

const organisations = (report: Report): string =>
  perColumn(
    report,
    "Organisations",
    ["", "weight", "service", "entitled to", "TTFT p95", "total p95", "endings"],
    ({ organisations }) =>
      organisations.map((one) => [
        one.name,
        String(one.weight),
        thousands(one.service),
        thousands(one.entitlement),
        three(one.ttft)[1]!,
        three(one.total)[1]!,
        endingsOf(one) || "–"
      ])
  )

const percent = (share: number | null): string => share === null ? "–" : `${(100 * share).toFixed(0)} %`

const servers = (report: Report): string =>
  perColumn(
    report,
    report.simulated ? "Simulated servers" : "Servers",
    ["", "owner", "profile", "utilisation", "requests", "preemptions", "prefix reuse"],
    ({ servers }) =>
      servers.map((one) => [
        one.name,
        one.organisation ?? "–",
        one.profile ?? "–",
        percent(one.utilisation),
        String(one.requests),
        one.preemptions === null ? "–" : String(one.preemptions),
        percent(one.reused)
      ])
  )
