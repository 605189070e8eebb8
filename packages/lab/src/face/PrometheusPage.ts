/** Writes a metrics page as the Python client does. */
import type { Histogram } from "../engine/Histogram.ts"

export interface PrometheusPage {
  readonly declare: (name: string, type: string, help: string) => void
  /** One series, with labels beside those of the page. */
  readonly series: (name: string, value: number, labels?: string) => void
  readonly one: (type: string, name: string, help: string, value: number) => void
  readonly histogram: (name: string, help: string, histogram: Histogram) => void
  readonly text: () => string
}

// the Python client writes floats
const number = (value: number) => Number.isInteger(value) ? value.toFixed(1) : String(value)

export const quoted = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\"", "\\\"")

export const make = (prefix: string, labels: string): PrometheusPage => {
  const lines = ["# This page comes from a simulated engine."]

  const declare = (name: string, type: string, help: string) => {
    lines.push(`# HELP ${prefix}${name} ${help}`, `# TYPE ${prefix}${name} ${type}`)
  }

  const series = (name: string, value: number, more = "") => {
    lines.push(`${prefix}${name}{${labels}${more === "" ? "" : `,${more}`}} ${number(value)}`)
  }

  return {
    declare,
    series,
    one: (type, name, help, value) => {
      declare(name, type, help)
      series(name, value)
    },
    histogram: (name, help, { bounds, count, counts, sum }) => {
      // before the first request these series do not exist
      if (count === 0) return
      declare(name, "histogram", help)
      let total = 0
      for (const [i, bound] of bounds.entries()) {
        total += counts[i]!
        series(`${name}_bucket`, total, `le="${number(bound)}"`)
      }
      series(`${name}_bucket`, count, `le="+Inf"`)
      series(`${name}_count`, count)
      series(`${name}_sum`, sum)
    },
    text: () => `${lines.join("\n")}\n`
  }
}
