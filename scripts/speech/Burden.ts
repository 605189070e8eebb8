/** What a process and those that it started take of the machine, as Linux counts it. */
import { readdirSync, readFileSync } from "node:fs"

interface Entry {
  readonly parent: number
  /** Seconds of processor time. */
  readonly seconds: number
  /** The most it ever held, in MiB. */
  readonly peak: number
}

const ticks = 100

const read = (id: string): Entry | undefined => {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, "utf8")
    // Behind the name, which may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    const peak = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/status`, "utf8"))?.[1] ?? "0"
    return {
      parent: Number(fields[1]),
      seconds: (Number(fields[11]) + Number(fields[12])) / ticks,
      peak: Number(peak) / 1024
    }
  } catch {
    return undefined
  }
}

export interface Burden {
  readonly seconds: number
  readonly peak: number
}

/** Until it is stopped it looks four times a second: what ends in between is counted as last seen. */
export const watch = (root: number): () => Burden => {
  const seen = new Map<string, Entry>()
  const look = () => {
    const entries = new Map<string, Entry>()
    for (const id of readdirSync("/proc")) {
      const entry = /^\d+$/.test(id) ? read(id) : undefined
      if (entry !== undefined) entries.set(id, entry)
    }
    const isOurs = (id: string): boolean => {
      if (id === String(root)) return true
      const parent = entries.get(id)?.parent
      return parent !== undefined && parent > 1 && isOurs(String(parent))
    }
    for (const [id, entry] of entries) {
      // Of what has ended and is not yet forgotten, only the processor time is told.
      if (isOurs(id)) seen.set(id, { ...entry, peak: Math.max(entry.peak, seen.get(id)?.peak ?? 0) })
    }
  }
  look()
  const before = [...seen.values()].reduce((sum, { seconds }) => sum + seconds, 0)
  const timer = setInterval(look, 250)
  return () => {
    clearInterval(timer)
    look()
    const all = [...seen.values()]
    return {
      seconds: all.reduce((sum, { seconds }) => sum + seconds, 0) - before,
      // Not all at the same moment, so this is the most it can have been.
      peak: all.reduce((sum, { peak }) => sum + peak, 0)
    }
  }
}
