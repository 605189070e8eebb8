/**
 * CPU time of a process, its threads and its descendants, and the two cores that the benchmark uses, from /proc.
 */
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    // A process that ended between two looks has nothing more to say.
    return ""
  }
}

const ticksPerSecond = Number(spawnSync("getconf", ["CLK_TCK"], { encoding: "utf8" }).stdout) || 100
const microsPerTick = 1_000_000 / ticksPerSecond

/** All processes below this one, itself first. */
export const tree = (pid: number): Array<number> => {
  const found = [pid]
  for (const each of found) {
    found.push(...read(`/proc/${each}/task/${each}/children`).split(" ").filter(Boolean).map(Number))
  }
  return found
}

// Fields 14 to 17: user, system, and both again for children already reaped, so that a child's end loses nothing.
const ticks = (pid: number): number => {
  const stat = read(`/proc/${pid}/stat`)
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
}

export interface Used {
  /** Microseconds so far of a process and everything below it. */
  readonly all: number
  /** The part of what is below it. */
  readonly below: number
}

export const used = (pid: number): Used => {
  const [own = 0, ...others] = tree(pid).map((each) => ticks(each) * microsPerTick)
  const below = others.reduce((sum, micros) => sum + micros, 0)
  return { all: own + below, below }
}

const allowed = (): Array<number> =>
  (/Cpus_allowed_list:\s*(\S+)/.exec(read("/proc/self/status"))?.[1] ?? "0").split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number)
    return Array.from({ length: last - first + 1 }, (_, index) => first + index)
  })

/** The core of the load and the core of the proxy, or nothing where processes cannot be pinned apart. */
export const cores: { readonly load: number; readonly proxy: number } | undefined = (() => {
  const [load, proxy] = allowed()
  const taskset = spawnSync("taskset", ["--version"]).status === 0
  return taskset && load !== undefined && proxy !== undefined ? { load, proxy } : undefined
})()

/** Microseconds that a core has spent on anything at all. */
export const spent = (core: number): number => {
  const line = read("/proc/stat").split("\n").find((line) => line.startsWith(`cpu${core} `)) ?? ""
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line.split(" ").map(Number)
  return (user + nice + system + irq + softirq + steal) * microsPerTick
}

/** Moves this process, the load generator, to its core; what it starts later inherits that. */
export const pinSelf = (): void => {
  if (cores !== undefined) spawnSync("taskset", ["-acp", String(cores.load), String(process.pid)])
}
