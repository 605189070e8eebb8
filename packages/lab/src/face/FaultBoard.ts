/** The faults that a test has asked for by the handle, and the requests that each still concerns. */
import * as Fault from "./Fault.ts"

export interface Scope {
  /** Requests concerned; every one until `clear`, when absent. */
  readonly times?: number
  /** The path concerned, such as `/health`; when absent, every `POST` to `/v1/*` and `/api/*`. */
  readonly path?: string
}

export interface FaultBoard {
  readonly add: (fault: Fault.Fault, scope?: Scope) => void
  readonly clear: () => void
  /** What this request meets; one that is met is counted. */
  readonly take: (method: string, path: string) => Fault.Fault
}

interface Entry {
  readonly fault: Fault.Fault
  readonly path: string | undefined
  left: number
}

export const make = (): FaultBoard => {
  let entries: Array<Entry> = []
  return {
    add: (fault, scope = {}) => {
      entries.push({ fault, path: scope.path, left: scope.times ?? Number.POSITIVE_INFINITY })
    },
    clear: () => {
      entries = []
    },
    take: (method, path) => {
      const inference = method === "POST" && /^\/(?:v1|api)\//.test(path)
      const entry = entries.find((entry) => entry.path === undefined ? inference : entry.path === path)
      if (entry === undefined) return Fault.none
      entry.left -= 1
      if (entry.left === 0) entries = entries.filter((other) => other !== entry)
      return entry.fault
    }
  }
}
