/** What a query of Prometheus asks for, read with Prometheus' own grammar. */
import { parser } from "@prometheus-io/lezer-promql"

interface Selector {
  readonly metric: string
  readonly labels: ReadonlyArray<string>
}

export interface Reading {
  readonly selectors: ReadonlyArray<Selector>
  /** Labels of `by (…)`, `on (…)` and their kin. */
  readonly grouping: ReadonlyArray<string>
  /** Where the grammar stopped understanding, if it did. */
  readonly wrong: string | undefined
}

/** Grafana's own variables stand for what Prometheus reads: an interval, or text within quotes. */
export const plain = (query: string): string => query.replaceAll("$__rate_interval", "1m").replaceAll(/\$\w+/g, "x")

export const read = (query: string): Reading => {
  const selectors: Array<{ metric: string; labels: Array<string> }> = []
  const grouping: Array<string> = []
  let wrong: string | undefined
  parser.parse(query).iterate({
    enter: ({ from, name, node, to, type }) => {
      const text = query.slice(from, to)
      if (type.isError) wrong ??= query.slice(Math.max(0, from - 10), from + 30)
      else if (name === "VectorSelector") selectors.push({ metric: "", labels: [] })
      else if (name === "Identifier" && node.parent?.name === "VectorSelector") selectors.at(-1)!.metric = text
      else if (name === "LabelName") {
        if (node.parent?.name === "GroupingLabels") grouping.push(text)
        else selectors.at(-1)!.labels.push(text)
      }
    }
  })
  return { selectors, grouping, wrong }
}
