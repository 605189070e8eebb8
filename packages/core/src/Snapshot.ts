/** A copy of what the dispatcher knows, for pages, readiness and tests. */

export interface ServerSnapshot {
  readonly url: string
  readonly kind: string
  readonly organisation: string
  readonly site: string
  readonly leases: number
  readonly guests: number
  readonly maxConcurrent: number
  readonly state: "up" | "half-open" | "ejected" | "draining"
  readonly cold: boolean
  /** Epoch milliseconds. */
  readonly ejectedUntil: number | undefined
  readonly heldOffUntil: number | undefined
}

export interface ModelSnapshot {
  readonly name: string
  readonly strategy: string
  readonly policy: string
  readonly waiting: number
  /** By effective priority, from 0 to `bestPriority`. */
  readonly waitingByPriority: ReadonlyArray<number>
  readonly servers: ReadonlyArray<{ readonly url: string; readonly ttft: number | undefined; readonly up: boolean }>
}

export interface Snapshot {
  readonly at: number
  readonly waiting: number
  readonly leases: number
  readonly models: ReadonlyArray<ModelSnapshot>
  readonly servers: ReadonlyArray<ServerSnapshot>
}
