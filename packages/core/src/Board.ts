/** The fleet and its waiting rooms as an operator's board shows them: sums, whose number does not grow with the load. */
import type { Load } from "./Load.ts"
import type { Longest } from "./Longest.ts"
import type { Obstacle } from "./Obstacle.ts"

/** Tickets of one model that differ neither in organisation nor in effective priority. Instants are epoch milliseconds. */
export interface Group {
  readonly organisation: string
  readonly priority: number
  readonly count: number
  /** When the first of them arrived. */
  readonly oldest: number
}

export interface ModelBoard {
  readonly name: string
  readonly strategy: string
  readonly policy: string
  readonly ttftThreshold: number
  readonly patience: number
  readonly waiting: ReadonlyArray<Group>
  /** By base priority; `oldest` is the first grant. */
  readonly running: ReadonlyArray<Group>
  /** Grants per minute, as seen over about the last one. */
  readonly pace: number
  /** Those who have waited longest, one for each key and base priority, the first first. */
  readonly longest: ReadonlyArray<Longest>
}

/** One server as one model sees it. */
export interface PairBoard {
  readonly model: string
  /** p95 in milliseconds. */
  readonly ttft: number | undefined
  /** 0 ties with the model's best server, 1 is up to half as slow again, and so on. */
  readonly bucket: number | undefined
  readonly load: Load | undefined
  /** Why it takes no ordinary request of the model now. */
  readonly obstacle: Obstacle | undefined
}

export interface Holder {
  readonly organisation: string
  readonly model: string
  readonly count: number
}

export interface ServerBoard {
  readonly url: string
  readonly kind: string
  readonly organisation: string
  readonly site: string
  readonly maxConcurrent: number
  readonly headroom: number
  readonly ownerReserve: number
  readonly leases: number
  readonly guests: number
  readonly holders: ReadonlyArray<Holder>
  readonly state: "up" | "half-open" | "ejected" | "draining"
  readonly cold: boolean
  /** Why it was ejected, while that lasts or its trial has yet to be passed. */
  readonly because: string | undefined
  /** Since when it drains, or has not answered. */
  readonly since: number | undefined
  /** When an ejection ends by itself; `Infinity` for one that does not. */
  readonly ejectedUntil: number | undefined
  readonly heldOffUntil: number | undefined
  readonly pairs: ReadonlyArray<PairBoard>
}

export interface Share {
  readonly organisation: string
  readonly weight: number
  /** Waiting or in flight. */
  readonly active: number
  /** Something of it waits. */
  readonly backlogged: boolean
  /** Virtual service beyond the least of those who are active, in tokens at weight 1. */
  readonly ahead: number
}

/** Models that compete for the same slots. */
export interface PoolBoard {
  readonly models: ReadonlyArray<string>
  readonly shares: ReadonlyArray<Share>
}

export interface Board {
  readonly at: number
  readonly models: ReadonlyArray<ModelBoard>
  readonly servers: ReadonlyArray<ServerBoard>
  readonly pools: ReadonlyArray<PoolBoard>
}
