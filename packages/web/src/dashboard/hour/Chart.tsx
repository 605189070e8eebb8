/** Minutes on a chart, drawn by uPlot in the colours of the page; the table below says the same in figures. */
import { useEffect, useRef } from "react"
import uPlot from "uplot"
import "uplot/dist/uPlot.min.css"
import { compact, minute, span } from "../../page/Format.ts"
import { useLanguage, useTexts } from "../../page/Language.tsx"
import type { Language } from "../../page/Text.ts"

interface Line {
  readonly label: string
  /** A class that sets a colour; the ink where there is none. */
  readonly hue: string | undefined
  readonly values: ReadonlyArray<number | null>
}

interface Props {
  readonly title: string
  readonly note: string
  /** Epoch milliseconds of the first value. */
  readonly from: number
  readonly lines: ReadonlyArray<Line>
  readonly unit: "count" | "millis"
  /** Areas on top of each other, whose upper edge is the sum. */
  readonly stacked: boolean
}

const texts = {
  nothing: { en: "Nothing in this hour.", fr: "Rien pendant cette heure." },
  at: { en: "at", fr: "à" }
}

const height = 190
const font = "12px B612, sans-serif"

const bars = uPlot.paths.bars!({ size: [0.86, 16], align: 1 })

/** Charts of one hour follow one cursor. */
const sync = "hour"

const colourOf = (element: Element, hue: string | undefined): string => {
  const probe = document.createElement("i")
  if (hue !== undefined) probe.className = hue
  element.append(probe)
  const { backgroundColor, color } = getComputedStyle(probe)
  probe.remove()
  return hue === undefined ? color : backgroundColor
}

/** Each line with those after it: drawn in order, the largest sum first, so that none hides another. */
const stack = (lines: ReadonlyArray<Line>): Array<Array<number | null>> => {
  const sums: Array<Array<number | null>> = []
  for (const { values } of lines.toReversed()) {
    const below = sums[0]
    sums.unshift(values.map((value, place) => (value ?? 0) + (below?.[place] ?? 0)))
  }
  return sums
}

const leastRoom = 58
/** Between a figure and the chart. */
const gap = 10

/** "1 min 40 s" is longer than "40 s": as much as the longest figure of the axis takes, in CSS pixels. */
const roomFor: uPlot.Axis.Size = ({ ctx }, values) => {
  ctx.save()
  ctx.font = font
  const longest = Math.max(0, ...(values ?? []).map((value) => ctx.measureText(value ?? "").width))
  ctx.restore()
  return Math.max(leastRoom, Math.ceil(longest) + gap)
}

const optionsOf = (
  element: HTMLElement,
  { from, lines, stacked, unit }: Props,
  language: Language,
  at: string
): uPlot.Options => {
  const style = getComputedStyle(element)
  const written = (value: number) => unit === "millis" && value > 0 ? span(language, value) : compact(language, value)
  const look = {
    stroke: style.outlineColor,
    font,
    ticks: { show: false },
    grid: { stroke: style.borderTopColor, width: 1 }
  }
  const least = unit === "millis" ? 10 : 1
  // A bar stands to the right of its minute's beginning: the last one has its minute too.
  const ends: uPlot.Range.MinMax = [from / 1_000, from / 1_000 + 60 * (lines[0]?.values.length ?? 0)]
  return {
    width: element.clientWidth,
    height,
    cursor: { y: false, points: { size: 6 }, sync: { key: sync } },
    scales: { x: { time: false, range: () => ends }, y: { range: (_, __, most) => [0, Math.max(most * 1.08, least)] } },
    axes: [
      {
        ...look,
        size: 30,
        space: 70,
        incrs: [300, 600, 900, 1_200],
        values: (_, values) => values.map((value) => minute(language, value * 1_000))
      },
      { ...look, size: roomFor, space: 36, values: (_, values) => values.map(written) }
    ],
    series: [
      { label: at, value: (_, value) => value == null ? "" : minute(language, value * 1_000) },
      ...lines.map((line, place): uPlot.Series => ({
        label: line.label,
        stroke: colourOf(element, line.hue),
        width: stacked ? 1 : line.hue === undefined ? 2.5 : 1.75,
        // Colour alone must not tell lines apart.
        ...(stacked
          ? { fill: colourOf(element, line.hue), paths: bars }
          : { dash: [[], [7, 4], [2, 3], [10, 3, 2, 3]][place % 4]! }),
        points: { show: !stacked, size: 4 },
        value: (_, __, ___, index) => {
          if (index == null) return ""
          const value = line.values[index]
          return value == null ? "–" : written(value)
        }
      }))
    ]
  }
}

export const Chart = (props: Props) => {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const place = useRef<HTMLDivElement>(null)
  const { from, lines, note, stacked, title } = props
  const isEmpty = lines.every(({ values }) => values.every((value) => value === null || value === 0))
  useEffect(() => {
    const element = place.current
    if (element === null || isEmpty) return
    let plot: uPlot | undefined
    const draw = () => {
      plot?.destroy()
      plot = undefined
      if (element.clientWidth === 0) return
      const minutes = Array.from({ length: lines[0]?.values.length ?? 0 }, (_, at) => from / 1_000 + 60 * at)
      const values = stacked ? stack(lines) : lines.map(({ values }) => Array.from(values))
      plot = new uPlot(optionsOf(element, props, language, t.at), [minutes, ...values], element)
    }
    let width = -1
    const resized = new ResizeObserver(() => {
      if (element.clientWidth === width) return
      width = element.clientWidth
      draw()
    })
    resized.observe(element)
    const themed = new MutationObserver(draw)
    themed.observe(document.documentElement, { attributeFilter: ["data-theme"] })
    const dark = matchMedia("(prefers-color-scheme: dark)")
    dark.addEventListener("change", draw)
    return () => {
      resized.disconnect()
      themed.disconnect()
      dark.removeEventListener("change", draw)
      plot?.destroy()
    }
  }, [props, language, isEmpty])
  return (
    <figure className="chart">
      <figcaption>
        <b>{title}</b> <span className="soft">{note}</span>
      </figcaption>
      {isEmpty
        ? <p className="soft nothing">{t.nothing}</p>
        : <div ref={place} className="plot" role="img" aria-label={`${title}. ${note}`} />}
    </figure>
  )
}
