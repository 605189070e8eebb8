/** The body of a report as HTML: verdict, tables, and a place for each chart. */
import * as Charts from "./Charts.ts"
import type { Quantiles } from "./Quantiles.ts"
import type { ColumnReport, Group, Report } from "./Report.ts"
import { endingsOf, seconds, sentences } from "./Verdict.ts"

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\"": "&quot;",
  "'": "&#39;"
}

export const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => escapes[sign]!)

export const body = (report: Report): string => {
  const drawn = Charts.charts(report)
  return [
    verdict(report),
    contents(drawn),
    ...(report.columns.some(({ populations }) => populations.length > mostRows) ? [priorities(report)] : []),
    populations(report),
    ...drawn.map(chart),
    organisations(report),
    servers(report)
  ].join("\n")
}

const marks = { kept: "✓", missed: "✗" }

const verdict = ({ columns }: Report): string =>
  `<section class="verdict" aria-label="Verdict"><h2>Verdict</h2><ul>${
    sentences(columns).map(({ about, mark, text }) =>
      `<li class="${mark ?? "plain"}">${mark === undefined ? "" : `<span aria-hidden="true">${marks[mark]}</span>`}${
        about === undefined ? "" : `<strong>${escape(about)}:</strong> `
      }${escape(text)}</li>`
    ).join("")
  }</ul></section>`

/** On a phone the page is long. */
const contents = (drawn: ReadonlyArray<Charts.Chart>): string =>
  `<nav class="contents" aria-label="Contents">${
    [
      { id: "table-populations", title: "Populations" },
      ...drawn,
      { id: "table-organisations", title: "Organisations" },
      { id: "table-servers", title: "Servers" }
    ].map(({ id, title }) => `<a href="#${id}">${escape(title)}</a>`).join(" ")
  }</nav>`

const chart = ({ id, note, panels, title }: Charts.Chart): string =>
  `<section class="chart" id="${id}"><h2>${escape(title)}</h2><p class="note">${escape(note)}</p><div class="panels">${
    panels.map(({ column }, place) =>
      `<figure><figcaption>${escape(column)}</figcaption><div class="plot" role="img" aria-label="${
        escape(`${title}: ${column}`)
      }" data-chart="${id}" data-panel="${place}"></div></figure>`
    ).join("")
  }</div></section>`

interface Row {
  readonly name: string
  readonly cells: ReadonlyArray<string>
}

const row = ({ cells, name }: Row): string =>
  `<tr><th scope="row">${escape(name)}</th>${cells.map((cell) => `<td>${escape(cell)}</td>`).join("")}</tr>`

const table = (label: string, heads: ReadonlyArray<string>, bodies: ReadonlyArray<string>): string =>
  `<div class="scroll" tabindex="0" role="region" aria-label="${escape(label)}"><table><thead><tr><td></td>${
    heads.map((head) => `<th scope="col">${escape(head)}</th>`).join("")
  }</tr></thead>${bodies.map((rows) => `<tbody>${rows}</tbody>`).join("")}</table></div>`

/** Of 35 organisations, one row each would bury the rest: folded. */
const mostRows = 12

/** What each column says of one thing, one under the other; of one column alone, one row for each thing. */
const compared = (
  { columns }: Report,
  id: string,
  title: string,
  heads: ReadonlyArray<string>,
  rowsOf: (column: ColumnReport) => ReadonlyArray<Row>
): string => {
  const all = columns.map((column) => ({
    column: column.name,
    rows: new Map(rowsOf(column).map((row) => [row.name, row]))
  }))
  const names = [...new Set(all.flatMap(({ rows }) => [...rows.keys()]))]
  const group = (name: string) =>
    `<tr class="group"><th scope="rowgroup" colspan="${heads.length + 1}">${escape(name)}</th></tr>${
      all.flatMap(({ column, rows }) => {
        const found = rows.get(name)
        return found === undefined ? [] : [row({ name: column, cells: found.cells })]
      }).join("")
    }`
  const bodies = all.length === 1 ? [[...all[0]!.rows.values()].map(row).join("")] : names.map(group)
  const text = table(title, heads, bodies)
  return `<section class="tables" id="${id}"><h2>${escape(title)}</h2>${
    names.length > mostRows ? `<details><summary>All ${names.length}</summary>${text}</details>` : text
  }</section>`
}

const three = ({ p50, p95, p99 }: Quantiles): ReadonlyArray<string> =>
  [p50, p95, p99].map((value) => value === null ? "–" : seconds(value))

const heads = ["TTFT p50", "p95", "p99", "total p50", "p95", "p99", "requests", "requeues", "endings"]

const figures = (group: Group): ReadonlyArray<string> => [
  ...three(group.ttft),
  ...three(group.total),
  String(group.requests),
  String(group.requeues),
  endingsOf(group) || "–"
]

/** Of many populations, what a page has room for unfolded. */
const priorities = (report: Report): string =>
  compared(
    report,
    "table-priorities",
    "Priorities",
    heads,
    ({ all, priorities }) => [
      ...priorities.map((one) => ({ name: `priority ${one.priority}`, cells: figures(one) })),
      { name: "all together", cells: figures(all) }
    ]
  )

const populations = (report: Report): string =>
  compared(
    report,
    "table-populations",
    "Populations",
    heads,
    ({ all, populations }) => [
      ...populations.map((one) => ({ name: `${one.name} (priority ${one.priority})`, cells: figures(one) })),
      { name: "all together", cells: figures(all) }
    ]
  )

const thousands = (tokens: number): string => `${(tokens / 1000).toFixed(1)} k`

const organisations = (report: Report): string =>
  compared(
    report,
    "table-organisations",
    "Organisations",
    ["service", "entitled to", "weight", "TTFT p95", "total p95", "endings"],
    ({ organisations }) =>
      organisations.map((one) => ({
        name: one.name,
        cells: [
          thousands(one.service),
          thousands(one.entitlement),
          String(one.weight),
          three(one.ttft)[1]!,
          three(one.total)[1]!,
          endingsOf(one) || "–"
        ]
      }))
  )

const percent = (share: number | null): string => share === null ? "–" : `${(100 * share).toFixed(0)} %`

const servers = (report: Report): string =>
  compared(
    report,
    "table-servers",
    report.simulated ? "Simulated servers" : "Servers",
    ["utilisation", "requests", "preemptions", "prefix reuse", "owner", "profile"],
    ({ servers }) =>
      servers.map((one) => ({
        name: one.name,
        cells: [
          percent(one.utilisation),
          String(one.requests),
          one.preemptions === null ? "–" : String(one.preemptions),
          percent(one.reused),
          one.organisation ?? "–",
          one.profile ?? "–"
        ]
      }))
  )
