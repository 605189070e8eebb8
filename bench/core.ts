/** `npm run bench:core`: microseconds per decision, arrival and withdrawal of the core, against the bars of DESIGN §9. */
import { mkdirSync, writeFileSync } from "node:fs"
import { availableParallelism, loadavg } from "node:os"
import { dirname, join } from "node:path"
import { parseArgs } from "node:util"
import type { Timing } from "./Decisions.ts"
import { measure } from "./Decisions.ts"
import * as Machine from "./Machine.ts"
import { table } from "./Report.ts"

const { values } = parseArgs({
  options: {
    samples: { type: "string", default: "20000" },
    repetitions: { type: "string", default: "5" },
    only: { type: "string" }
  }
})
const sizes = values.only === undefined ? [100, 1_000, 10_000, 100_000] : [Number(values.only)]

/** Microseconds of CPU; a whole pass is shown for its growth and has no bar. */
const barOf = ({ waiting, what }: Timing): number | undefined =>
  what === "whole pass" ? undefined : waiting > 10_000 ? 40 : 20

const facts = Machine.facts(dirname(import.meta.dirname))
for (const [name, value] of Object.entries(facts)) {
  if (name !== "undici" && name !== "pinning") console.log(`${name}: ${value}`)
}

/** The figures of a machine that is shared at the time are inflated, by caches and by hyper-threads. */
const crowded = (): number => loadavg()[0]! / availableParallelism()
const before = crowded()

// Discarded: what V8 needs to know of this code, a gateway has taught it within its first seconds.
measure(1_000, 8_000)
const repetitions = Array.from(
  { length: Number(values.repetitions) },
  () => sizes.flatMap((waiting) => measure(waiting, Number(values.samples)))
)

/**
 * A shared host takes the processor away, and its caches, for part of a repetition or all of it: the median is what is
 * judged, and the best says how much of it the host was.
 */
const rows = repetitions[0]!.map((_, row) => {
  const ranked = repetitions.map((timings) => timings[row]!).toSorted((one, other) => one.cpu - other.cpu)
  const median = ranked[ranked.length >> 1]!
  const bar = barOf(median)
  const verdict = bar === undefined ? "" : median.cpu <= bar ? "PASS" : "FAIL"
  return { ...median, best: ranked[0]!.cpu, bar, verdict }
})

console.log("\nThe core: 35 organisations, 300 keys, 40 servers, 4 models, saturated; microseconds")
console.log(`Of ${repetitions.length} repetitions the median by CPU, and the CPU of the best`)
console.log(table([
  ["", "waiting", "CPU", "best", "mean", "p10", "p50", "p99", "bar", ""],
  ...rows.map(({ bar, best, cpu, mean, p10, p50, p99, verdict, waiting, what }) => [
    what,
    String(waiting),
    cpu.toFixed(1),
    best.toFixed(1),
    mean.toFixed(1),
    p10.toFixed(1),
    p50.toFixed(1),
    p99.toFixed(1),
    bar === undefined ? "" : `<= ${bar}`,
    verdict
  ])
]))

const load = Math.max(before, crowded())
if (load > 1) {
  console.log(`\nload average per core: ${load.toFixed(1)}; these figures are inflated, repeat them on a quiet machine`)
}

const results = join(import.meta.dirname, "results")
mkdirSync(results, { recursive: true })
const file = join(results, `core-${facts.date.replaceAll(":", "-")}.json`)
writeFileSync(file, `${JSON.stringify({ ...facts, load, rows }, null, 2)}\n`)
console.log(`\nsamples: ${file}`)
