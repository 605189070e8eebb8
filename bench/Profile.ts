/**
 * Where a profiled process spent its time, cut to the windows in which it was measured.
 */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { table } from "./Report.ts"

interface CpuProfile {
  readonly nodes: ReadonlyArray<{
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }>
  /** Microseconds of CLOCK_MONOTONIC. */
  readonly startTime: number
  readonly samples: ReadonlyArray<number>
  readonly timeDeltas: ReadonlyArray<number>
}

/** Flags that make a Node process write its profile when it exits in good order. */
export const flags = (scratch: string, name: string): ReadonlyArray<string> => [
  "--cpu-prof",
  "--cpu-prof-interval=500",
  `--cpu-prof-dir=${join(scratch, `profile-${name}`)}`
]

const shorten = (url: string) =>
  url.replace("file://", "").replace(/^.*\/node_modules\//, "").replace(/^.*\/(packages|bench)\//, "$1/")

/** The part of the program that a file belongs to. */
const group = (file: string): string => {
  if (file === "") return "engine (garbage collection, native code)"
  if (file.startsWith("node:")) return "node"
  return /^(packages\/[^/]+|bench|@[^/]+\/[^/]+|[^/]+)/.exec(file)?.[1] ?? file
}

const largest = (times: ReadonlyMap<string, number>, total: number, count: number) =>
  [...times].sort(([, a], [, b]) => b - a).slice(0, count).map(([key, time]) =>
    `${key}\t${(time / total * 100).toFixed(1)} %`.split("\t")
  )

const load = (folder: string): ReadonlyArray<CpuProfile> => {
  try {
    const files = readdirSync(folder).filter((file) => file.endsWith(".cpuprofile"))
    return files.map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as CpuProfile)
  } catch {
    // The process did not exit in good order, and wrote nothing.
    return []
  }
}

/** Self time by function and by package, or why there is none. */
export const report = (scratch: string, name: string, windows: ReadonlyArray<readonly [number, number]>): string => {
  const functions = new Map<string, number>()
  const groups = new Map<string, number>()
  let total = 0
  for (const profile of load(join(scratch, `profile-${name}`))) {
    const nodes = new Map(profile.nodes.map((node) => [node.id, node.callFrame]))
    let now = profile.startTime
    profile.samples.forEach((id, index) => {
      const delta = profile.timeDeltas[index] ?? 0
      now += delta
      const frame = nodes.get(id)
      if (frame === undefined || frame.functionName === "(idle)") return
      if (!windows.some(([from, to]) => now >= from && now <= to)) return
      const file = shorten(frame.url)
      const where = file === "" ? "" : `${file}:${frame.lineNumber + 1}`
      const key = `${frame.functionName || "(anonymous)"}\t${where}`
      functions.set(key, (functions.get(key) ?? 0) + delta)
      groups.set(group(file), (groups.get(group(file)) ?? 0) + delta)
      total += delta
    })
  }
  if (total === 0) return `  no profile of ${name}: it did not exit in good order on SIGTERM`
  return `${table(largest(groups, total, 12))}\n\n${table(largest(functions, total, 25))}`
}
