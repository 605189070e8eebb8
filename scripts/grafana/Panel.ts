/** Grafana's panels in the few forms that our dashboards need; the rest of Grafana's model is left at its defaults. */

export interface Query {
  readonly expr: string
  /** Grafana's template for the name of a line, such as `{{model}}`. */
  readonly legend?: string
}

export interface Panel {
  readonly title: string
  /** What the panel says, and what to do when it looks wrong. */
  readonly description: string
  readonly type: "timeseries" | "stat" | "table" | "bargauge" | "state-timeline"
  readonly unit: string
  readonly width: number
  readonly height: number
  readonly queries: ReadonlyArray<Query>
  readonly stacked?: boolean
  /** Values from which a stat turns from green to orange, and to red. */
  readonly limits?: readonly [warning: number, critical: number]
}

/** Lines over time, half as wide as the page. */
export const series = (title: string, unit: string, description: string, ...queries: ReadonlyArray<Query>): Panel => ({
  type: "timeseries",
  title,
  description,
  unit,
  width: 12,
  height: 8,
  queries
})

/** One number each, in panels of this width. */
export const figures =
  (width: number) =>
  (title: string, unit: string, expr: string, description: string, limits?: Panel["limits"]): Panel => ({
    type: "stat",
    title,
    description,
    unit,
    width,
    height: 4,
    queries: [{ expr }],
    ...limits === undefined ? {} : { limits }
  })

export const stacked = (panel: Panel): Panel => ({ ...panel, stacked: true })

const datasource = { type: "prometheus", uid: "${datasource}" }

/** Colours that people who see no red or no green can tell apart. */
const steps = (limits: Panel["limits"]) => [
  { color: "blue", value: null },
  ...limits === undefined ? [] : [{ color: "orange", value: limits[0] }, { color: "red", value: limits[1] }]
]

const custom = ({ stacked, type }: Panel) =>
  type !== "timeseries" ? {} : {
    lineWidth: 1,
    fillOpacity: stacked === true ? 25 : 5,
    showPoints: "never",
    spanNulls: false,
    stacking: { mode: stacked === true ? "normal" : "none" }
  }

const options = ({ type }: Panel) => {
  switch (type) {
    case "stat":
      return { reduceOptions: { calcs: ["lastNotNull"] }, colorMode: "value", graphMode: "area" }
    case "bargauge":
      return { reduceOptions: { calcs: ["lastNotNull"] }, orientation: "horizontal", displayMode: "basic" }
    case "table":
      return { cellHeight: "sm" }
    case "timeseries":
      return {
        legend: { displayMode: "table", placement: "right", calcs: ["mean", "max"] },
        tooltip: { mode: "multi", sort: "desc" }
      }
    case "state-timeline":
      return { showValue: "never" }
  }
}

const target = (panel: Panel) => ({ expr, legend }: Query, index: number) => ({
  refId: String.fromCodePoint(65 + index),
  datasource,
  expr,
  legendFormat: legend ?? "",
  ...panel.type === "table" || panel.type === "bargauge" ? { instant: true, range: false } : { range: true },
  ...panel.type === "table" ? { format: "table" } : {}
})

/** The panel as Grafana keeps it, at a place of the 24 columns. */
export const render = (panel: Panel, id: number, at: { readonly x: number; readonly y: number }) => ({
  id,
  type: panel.type,
  title: panel.title,
  description: panel.description,
  datasource,
  gridPos: { ...at, w: panel.width, h: panel.height },
  fieldConfig: {
    defaults: {
      unit: panel.unit,
      min: 0,
      noValue: "–",
      color: { mode: panel.type === "timeseries" ? "palette-classic" : "thresholds" },
      thresholds: { mode: "absolute", steps: steps(panel.limits) },
      custom: custom(panel)
    },
    overrides: []
  },
  options: options(panel),
  targets: panel.queries.map(target(panel))
})
