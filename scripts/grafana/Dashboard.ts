/** A dashboard as Grafana keeps it: rows of panels, and the variables by which all its queries can be narrowed. */
import type { Panel } from "./Panel.ts"
import { render } from "./Panel.ts"

interface Row {
  readonly title: string
  readonly panels: ReadonlyArray<Panel>
}

export interface Dashboard {
  readonly uid: string
  readonly title: string
  readonly description: string
  /** Labels to choose values of, with the metric that has them all. */
  readonly variables: ReadonlyArray<readonly [label: string, metric: string]>
  readonly rows: ReadonlyArray<Row>
}

const variable = ([label, metric]: Dashboard["variables"][number]) => ({
  name: label,
  type: "query",
  datasource: { type: "prometheus", uid: "${datasource}" },
  query: { query: `label_values(${metric}, ${label})`, refId: label },
  refresh: 2,
  sort: 1,
  multi: true,
  includeAll: true,
  allValue: ".*",
  current: { text: "All", value: "$__all" }
})

const columns = 24

const place = (rows: ReadonlyArray<Row>) => {
  const placed: Array<unknown> = []
  let y = 0
  let id = 0
  for (const { panels, title } of rows) {
    placed.push({
      id: ++id,
      type: "row",
      title,
      collapsed: false,
      gridPos: { x: 0, y: y++, w: columns, h: 1 },
      panels: []
    })
    let x = 0
    let tallest = 0
    for (const panel of panels) {
      if (x + panel.width > columns) {
        y += tallest
        x = 0
        tallest = 0
      }
      placed.push(render(panel, ++id, { x, y }))
      x += panel.width
      tallest = Math.max(tallest, panel.height)
    }
    y += tallest
  }
  return placed
}

export const json = ({ description, rows, title, uid, variables }: Dashboard): string => {
  const dashboard = {
    uid,
    title,
    description,
    tags: ["aiguilleur"],
    schemaVersion: 41,
    editable: false,
    refresh: "30s",
    time: { from: "now-3h", to: "now" },
    templating: {
      list: [
        { name: "datasource", type: "datasource", query: "prometheus", current: {} },
        ...variables.map(variable)
      ]
    },
    links: [{ type: "dashboards", title: "Aiguilleur", tags: ["aiguilleur"], asDropdown: true, keepTime: true }],
    panels: place(rows)
  }
  return `${JSON.stringify(dashboard, null, 2)}\n`
}
