/** Dashboards and alerts ask for metrics that there are, by labels that those have. */
import { all } from "@aiguilleur/http/metrics/Sections"
import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { parse } from "yaml"
import { json } from "../grafana/Dashboard.ts"
import { dashboards } from "../grafana/Dashboards.ts"
import { plain, read } from "./Promql.ts"

const deploy = new URL("../../deploy/", import.meta.url)
const textOf = (file: string) => readFileSync(new URL(file, deploy), "utf8")

/** Labels of each series that `/metrics` has; another test holds the definitions to what is served, both ways. */
const series = new Map(all.flatMap(({ labels, name, type }) =>
  type === "histogram"
    ? [[`${name}_bucket`, [...labels, "le"]], [`${name}_sum`, labels], [`${name}_count`, labels]] as const
    : [[name, labels]] as const
))
// Prometheus' own, of every target.
series.set("up", ["job"])

/** What is wrong with a query, in words. */
const problemsOf = (query: string): ReadonlyArray<string> => {
  const { grouping, selectors, wrong } = read(plain(query))
  if (wrong !== undefined) return [`is no PromQL near "${wrong}": ${query}`]
  const known = new Set(selectors.flatMap(({ metric }) => series.get(metric) ?? []))
  return [
    ...selectors.filter(({ metric }) => !series.has(metric)).map(({ metric }) => `there is no ${metric}: ${query}`),
    ...selectors.flatMap(({ labels, metric }) =>
      labels.filter((label) => series.get(metric)?.includes(label) === false)
        .map((label) => `${metric} has no label ${label}: ${query}`)
    ),
    ...grouping.filter((label) => !known.has(label)).map((label) => `nothing has a label ${label}: ${query}`)
  ]
}

interface Alert {
  readonly alert: string
  readonly expr: string
  readonly annotations: Readonly<Record<string, string>>
}

const alerts: ReadonlyArray<Alert> = parse(textOf("prometheus/alerts.yml")).groups
  .flatMap(({ rules }: { readonly rules: ReadonlyArray<Alert> }) => rules)

describe("Grafana as code", () => {
  it("is written from its definitions (else: npx node scripts/grafana.mjs)", () => {
    assert.deepStrictEqual(readdirSync(new URL("grafana/dashboards", deploy)).toSorted(), Object.keys(dashboards))
    for (const [file, dashboard] of Object.entries(dashboards)) {
      assert.strictEqual(textOf(`grafana/dashboards/${file}`), json(dashboard), file)
    }
  })

  it.each(Object.values(dashboards).map((dashboard) => [dashboard.title, dashboard] as const))(
    "%s: every panel asks for what is served",
    (_, { rows, variables }) => {
      const queries = rows.flatMap(({ panels }) => panels.flatMap(({ queries }) => queries))
      assert.isAbove(queries.length, 0)
      assert.deepStrictEqual(queries.flatMap(({ expr }) => problemsOf(expr)), [])
      // A legend without its label reads as the braces that it is written with.
      for (const { expr, legend = "" } of queries) {
        for (const [, label] of legend.matchAll(/\{\{(\w+)\}\}/g)) {
          assert.include(read(plain(expr)).grouping, label, `${legend} of ${expr}`)
        }
      }
      for (const [label, metric] of variables) assert.include(series.get(metric) ?? [], label, metric)
    }
  )

  it.each(alerts.map((rule) => [rule.alert, rule] as const))(
    "%s asks for what is served, and is explained",
    (_, rule) => {
      assert.deepStrictEqual(problemsOf(rule.expr), [])
      const operating = readFileSync(new URL("../docs/operating.md", deploy), "utf8")
      assert.include(operating, `### ${rule.alert}\n`)
      assert.include(rule.annotations["description"], `docs/operating.md#${rule.alert.toLowerCase()}`)
    }
  )

  it("has an explanation of each alert and of no other, and the same alerts in the chart", () => {
    const operating = readFileSync(new URL("../docs/operating.md", deploy), "utf8")
    const explained = [...operating.matchAll(/^### (Aiguilleur\w+)$/gm)].map(([, name]) => name!)
    assert.deepStrictEqual(explained.toSorted(), alerts.map(({ alert }) => alert).toSorted())
    assert.strictEqual(textOf("helm/aiguilleur/files/alerts.yml"), textOf("prometheus/alerts.yml"))
  })

  it("finds what is wrong with a query", () => {
    assert.deepStrictEqual(problemsOf(`sum by (sight) (aiguilleur_requests_wating{modl="m"})`), [
      `there is no aiguilleur_requests_wating: sum by (sight) (aiguilleur_requests_wating{modl="m"})`,
      `nothing has a label sight: sum by (sight) (aiguilleur_requests_wating{modl="m"})`
    ])
    assert.deepStrictEqual(problemsOf(`aiguilleur_requests_waiting{modl="m"}`), [
      `aiguilleur_requests_waiting has no label modl: aiguilleur_requests_waiting{modl="m"}`
    ])
    assert.lengthOf(problemsOf("sum(rate(aiguilleur_requests_waiting[5m])"), 1)
  })
})
