/** The playground: knobs on one side, the report that follows from them on the other. */
import { charts } from "@aiguilleur/lab/report/Charts"
import { body } from "@aiguilleur/lab/report/Html"
import type { Report } from "@aiguilleur/lab/report/Report"
import uPlot from "uplot"
import { draw } from "../page/draw.mjs"
import * as Brought from "./Brought.ts"
import type { Knob } from "./Knob.ts"
import { knobs, scenario, starts } from "./Knob.ts"

interface Answer {
  readonly ticket: number
  readonly report?: Report
  readonly problem?: string
  readonly took?: number
}

const controls = document.querySelector<HTMLFormElement>("#controls")!
const status = document.querySelector<HTMLElement>("#status")!
const place = document.querySelector<HTMLElement>("#report")!
const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" })
const settings: Record<string, string> = { ...starts }
/** A scenario that a page brought along: it is played as it is written, and can be written otherwise. */
const brought = Brought.read(location.hash)
const own = document.querySelector<HTMLTextAreaElement>("#scenario")!
let ticket = 0
let busy = false
let stop = () => {}

/** One run at a time; what was asked for meanwhile is run when it is over, its latest state alone. */
const ask = () => {
  ticket++
  status.textContent = "Simulating…"
  if (busy) return
  busy = true
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin
  worker.postMessage({ ticket, scenario: brought === undefined ? scenario(settings) : own.value })
}

worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
  busy = false
  if (data.ticket !== ticket) {
    ticket--
    return ask()
  }
  if (data.report === undefined) {
    status.textContent = data.problem ?? "Something went wrong."
    return
  }
  const { report } = data
  const requests = report.columns.reduce((sum, { all }) => sum + all.requests, 0)
  stop()
  place.innerHTML = body(report)
  stop = draw(uPlot, place, charts(report))
  status.textContent = `${requests} requests simulated in ${((data.took ?? 0) / 1000).toFixed(1)} s.`
})

const shown = (knob: Knob, value: string): string => {
  if (knob.kind === "choice") return ""
  return knob.off !== undefined && Number(value) === knob.least ? knob.off : `${value}${knob.unit ?? ""}`
}

const control = (knob: Knob): HTMLElement => {
  const label = document.createElement("label")
  const output = document.createElement("output")
  const input = document.createElement(knob.kind === "range" ? "input" : "select")
  label.append(knob.label, output, input)
  if (input instanceof HTMLInputElement && knob.kind === "range") {
    input.type = "range"
    input.min = String(knob.least)
    input.max = String(knob.most)
  }
  if (knob.kind === "choice") {
    for (const option of knob.options) input.append(new Option(option, option))
  }
  input.id = knob.name
  input.value = String(knob.start)
  output.value = shown(knob, input.value)
  input.addEventListener("input", () => {
    settings[knob.name] = input.value
    output.value = shown(knob, input.value)
    ask()
  })
  return label
}

if (brought === undefined) controls.append(...knobs.map(control))
else {
  own.value = brought
  document.body.classList.add("brought")
  document.querySelector("#play")!.addEventListener("click", ask)
}
ask()
