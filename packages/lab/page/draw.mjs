/** Draws the charts of a report with uPlot, in the colours of the page; a browser runs this file as it is. */

const height = 220

const duration = (millis) => {
  if (millis < 1000) return `${+millis.toPrecision(3)} ms`
  return `${+(millis / 1000).toPrecision(3)} s`
}

const written = {
  count: (value) => String(+value.toFixed(1)),
  millis: duration,
  percent: (value) => `${+value.toFixed(1)} %`,
  tokens: (value) => `${+value.toFixed(1)} k`
}

const clock = (seconds) => {
  const pad = (value) => String(value).padStart(2, "0")
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.round(seconds % 60)]
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(rest)}` : `${minutes}:${pad(rest)}`
}

/** On a logarithmic scale powers of ten are marked, and nothing between. */
const powers = (_plot, _axis, least, most) => {
  const from = Math.ceil(Math.log10(least) - 1e-9)
  const count = Math.floor(Math.log10(most) + 1e-9) - from + 1
  return Array.from({ length: Math.max(0, count) }, (_, place) => 10 ** (from + place))
}

const labels = (unit) => (_plot, values) => values.map(written[unit])

/** Distances between marks that a clock has. */
const times = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 14_400, 21_600, 43_200, 86_400]

/** All panels of one chart share a scale, or they could not be compared. */
const rangeOf = ({ panels, unit }) => {
  const values = panels.flatMap(({ lines }) => lines.flatMap((line) => line.values)).filter((value) => value !== null)
  const most = Math.max(...values, unit === "percent" ? 100 : 1)
  if (unit !== "millis") return [0, most * 1.05]
  const least = Math.min(...values.filter((value) => value > 0), most)
  return [10 ** Math.floor(Math.log10(least)), 10 ** Math.ceil(Math.log10(most * 1.01))]
}

/** Where a distribution begins and ends to be interesting. */
const shownOf = ({ panels, x }) => {
  if (x !== "millis") return undefined
  const lines = panels.flatMap((panel) => panel.lines.map(({ values }) => ({ values, at: panel.x })))
  const first = lines.map(({ at, values }) => at[Math.max(0, values.findIndex((value) => value > 0) - 1)])
  const last = lines.map(({ at, values }) =>
    at[Math.min(at.length - 1, values.findIndex((value) => value >= 99.5) + 1)] ?? at.at(-1)
  )
  return lines.length === 0 ? undefined : [Math.min(...first), Math.max(...last)]
}

const optionsOf = (chart, panel, width, style) => {
  const colour = (name) => style.getPropertyValue(name).trim()
  const grid = { stroke: colour("--grid"), width: 1 }
  const axis = { stroke: colour("--muted"), grid, ticks: grid, font: "12px system-ui, sans-serif" }
  const log = chart.unit === "millis"
  const range = rangeOf(chart)
  const shown = shownOf(chart)
  return {
    width,
    height,
    cursor: { points: { size: 6 }, y: false },
    scales: {
      x: chart.x === "millis" ? { time: false, distr: 3, range: shown } : { time: false, range: [0, chart.until] },
      y: log ? { distr: 3, range } : { range }
    },
    axes: [
      chart.x === "millis"
        ? { ...axis, splits: powers, values: labels("millis") }
        : { ...axis, space: 60, incrs: times, values: (_plot, values) => values.map(clock) },
      { ...axis, size: 62, values: labels(chart.unit), ...(log ? { splits: powers } : {}) }
    ],
    series: [
      {
        // said only while the pointer is there
        label: "",
        value: (_plot, value) =>
          value == null ? "" : chart.x === "millis" ? `within ${duration(value)}` : `at ${clock(value)}`
      },
      ...panel.lines.map(({ dashed, hue, label }) => ({
        label,
        stroke: colour(`--line-${hue % 8}`),
        width: dashed ? 1.5 : 2,
        spanGaps: chart.unit === "millis",
        // colour alone must not tell lines apart
        dash: dashed ? [2, 4] : [[], [8, 4], [3, 3], [12, 4, 3, 4]][hue % 4],
        points: { show: false },
        value: (_plot, value) => value == null ? "" : written[chart.unit](value)
      }))
    ]
  }
}

/** Draws into every place that asks for a chart, and again when the width or the colours change. Gives the way to stop. */
export const draw = (uPlot, root, charts) => {
  const places = [...root.querySelectorAll("[data-chart]")]
  const plots = new Map()
  const put = (place) => {
    plots.get(place)?.destroy()
    const chart = charts.find(({ id }) => id === place.dataset.chart)
    const panel = chart.panels[Number(place.dataset.panel)]
    const width = Math.floor(place.clientWidth)
    if (width === 0) return
    const data = [panel.x, ...panel.lines.map(({ values }) => values)]
    plots.set(place, new uPlot(optionsOf(chart, panel, width, getComputedStyle(document.documentElement)), data, place))
  }
  const again = () => places.forEach(put)
  const widths = new Map()
  const observer = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (widths.get(target) === target.clientWidth) continue
      widths.set(target, target.clientWidth)
      put(target)
    }
  })
  for (const place of places) observer.observe(place)
  const dark = matchMedia("(prefers-color-scheme: dark)")
  dark.addEventListener("change", again)
  return () => {
    observer.disconnect()
    dark.removeEventListener("change", again)
    for (const plot of plots.values()) plot.destroy()
  }
}
