/**
 * `npm run lab:validate`: the same scenario over HTTP in real time, through the gateway to simulated servers, and in
 * virtual time. Says how far the two are apart, and whether the machine was idle enough for that to mean anything.
 */
import * as Load from "@aiguilleur/http/load/Load"
import { deliver } from "@aiguilleur/lab/face/command/Delivery"
import * as ProgressBar from "@aiguilleur/lab/face/command/ProgressBar"
import * as ColumnReports from "@aiguilleur/lab/report/ColumnReport"
import * as Evidences from "@aiguilleur/lab/report/Evidence"
import type { Group } from "@aiguilleur/lab/report/Report"
import * as Study from "@aiguilleur/lab/report/Study"
import * as ScenarioFile from "@aiguilleur/lab/scenario/ScenarioFile"
import * as Variation from "@aiguilleur/lab/scenario/Variation"
import * as World from "@aiguilleur/lab/world/World"
import { Effect, Result } from "effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { cpus } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { parseArgs } from "node:util"
import { table } from "./Report.ts"
import type { Ready } from "./ScenarioFleet.ts"
import { secretOf } from "./ScenarioFleet.ts"

/** How far apart the bar allows the two to be. */
const bar = 0.15

/** Share of the machine in use beyond which its figures are those of its crowding. */
const crowded = 0.5

const { values } = parseArgs({
  options: {
    scenario: { type: "string", default: "fixtures/scenarios/ilaas-50-users.yaml" },
    shorten: { type: "string", default: "75s" },
    column: { type: "string" },
    out: { type: "string", default: "data/validate" }
  }
})

const read = Result.getOrThrow(ScenarioFile.parse(readFileSync(values.scenario, "utf8")))
const span = Variation.span(values.shorten)
const scenario = span === undefined ? read : Variation.shortened(read, span)
const place = Number(values.column ?? scenario.columns.length - 1)
const column = scenario.columns[place]!

/** Milliseconds that all cores together have worked, and all that they might have. */
const spent = () => {
  const times = cpus().map(({ times }) => times)
  const total = times.reduce((sum, { idle, irq, nice, sys, user }) => sum + idle + irq + nice + sys + user, 0)
  return { total, busy: total - times.reduce((sum, { idle }) => sum + idle, 0) }
}

const fleet = spawn(process.execPath, [join(import.meta.dirname, "ScenarioFleet.ts"), values.scenario, String(place)], {
  stdio: ["ignore", "pipe", "inherit"]
})
process.once("exit", () => fleet.kill())
const [line] = await once(createInterface(fleet.stdout), "line") as [string]
const ready: Ready = JSON.parse(line)

const machineOf = (server: string) => {
  const known = ready.servers.find(({ label }) => label === server)
  return {
    url: server,
    name: known?.name ?? server,
    organisation: null,
    profile: null,
    maxConcurrent: known?.maxConcurrent ?? null,
    preemptions: null,
    reused: null
  }
}

const progress = ProgressBar.make(process.stderr)
const before = spent()
const { complaints, evidence } = await Effect.runPromise(Load.run(
  scenario,
  {
    url: new URL(ready.url),
    keyOf: ({ name }) => secretOf(name),
    modelOf: ({ model }) => model ?? scenario.models[0]!.name,
    ignoreEos: false
  },
  machineOf,
  (share) => progress.show({ column: column.name, share })
))
const after = spent()
progress.clear()
fleet.kill()

const measured = ColumnReports.make(scenario, { name: `${column.name}, over HTTP in real time` }, evidence, new Map())
const recorder = await Effect.runPromise(World.run(scenario, column))
const virtual = ColumnReports.make(
  scenario,
  { ...column, name: `${column.name}, in virtual time` },
  Evidences.simulated(recorder),
  new Map()
)
const report = Study.report(scenario, [virtual, measured])
const page = deliver(report, { json: false, out: values.out })
for (const [message, count] of complaints) console.log(`${count} × ${message}`)

interface Figure {
  readonly what: string
  readonly virtual: number
  readonly measured: number
  /** Held to the bar; the others are printed. */
  readonly held: boolean
}

const ttft = (what: string, a: Group, b: Group): ReadonlyArray<Figure> => [
  { what: `${what}: TTFT p50, ms`, virtual: a.ttft.p50 ?? Number.NaN, measured: b.ttft.p50 ?? Number.NaN, held: true },
  { what: `${what}: TTFT p95, ms`, virtual: a.ttft.p95 ?? Number.NaN, measured: b.ttft.p95 ?? Number.NaN, held: false }
]

const figures: ReadonlyArray<Figure> = [
  ...ttft("all", virtual.all, measured.all),
  ...virtual.populations.flatMap((one, at) => ttft(one.name, one, measured.populations[at]!)),
  { what: "output tokens/s", virtual: virtual.tokensPerSecond, measured: measured.tokensPerSecond, held: true },
  { what: "requests", virtual: virtual.all.requests, measured: measured.all.requests, held: false }
]

const off = ({ measured, virtual }: Figure) => measured / virtual - 1
const good = figures.every((figure) => !figure.held || Math.abs(off(figure)) <= bar)
const busy = (after.busy - before.busy) / (after.total - before.total)

console.log(table([
  ["", "virtual time", "over HTTP", "apart", "bar", ""],
  ...figures.map((figure) => {
    const apart = off(figure)
    const verdict = figure.held ? Math.abs(apart) <= bar ? "PASS" : "FAIL" : ""
    return [
      figure.what,
      figure.virtual.toFixed(1),
      figure.measured.toFixed(1),
      `${apart < 0 ? "" : "+"}${(100 * apart).toFixed(1)} %`,
      figure.held ? `within ${100 * bar} %` : "",
      verdict
    ]
  })
]))
console.log(`\nThe machine was ${(100 * busy).toFixed(0)} % busy.`)
if (busy > crowded) {
  console.log("That is more than half: these figures are those of its crowding, repeat them when it is quiet.")
}
if (page !== undefined) console.log(`Both side by side: ${page}`)
process.exitCode = good ? 0 : 1
