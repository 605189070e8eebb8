/** What the gateway tells the live page: a whole picture first, then what has changed, at most four times a second. */

/** Of what differs in neither organisation nor priority: how many, and since when the first. Instants are epoch ms. */
export type Group = readonly [organisation: string, priority: number, count: number, oldest: number]

export type Obstacle =
  | "removed"
  | "draining"
  | "ejected"
  | "unknown-model"
  | "held-off"
  | "trial"
  | "full"
  | "slow"

/** One key's longest wait. */
export interface Longest {
  readonly ticket: string
  /** Its name where that is known, else its id. */
  readonly key: string
  readonly organisation: string
  readonly priority: number
  readonly effective: number
  readonly mode: "any" | "private-first" | "private-only"
  readonly arrivedAt: number
  readonly deadline: number
  readonly requeues: number
  readonly servers: number
  readonly failed: number
  readonly obstacles: ReadonlyArray<readonly [why: Obstacle, servers: number]>
}

/** What went wrong in the last five minutes, by organisation. */
export type Losses = readonly [organisation: string, refused: number, evicted: number, failed: number]

export interface ModelRow {
  readonly strategy: string
  readonly policy: string
  readonly ttftThreshold: number
  readonly patience: number
  readonly waiting: ReadonlyArray<Group>
  readonly running: ReadonlyArray<Group>
  /** Grants per minute. */
  readonly pace: number
  readonly longest: ReadonlyArray<Longest>
  readonly losses: ReadonlyArray<Losses>
}

export interface PairRow {
  readonly model: string
  /** p95 in milliseconds. */
  readonly ttft?: number
  readonly bucket?: number
  readonly obstacle?: Obstacle
  /** Since when it is much slower than the best, or above the threshold. */
  readonly slowSince?: number
  /** The engine's own figures, where it gives any. */
  readonly load?: {
    readonly running?: number
    readonly waiting?: number
    readonly kvCache?: number
    readonly loaded?: boolean
  }
}

export interface ServerRow {
  readonly kind: string
  readonly organisation: string
  readonly site: string
  readonly maxConcurrent: number
  readonly headroom: number
  readonly ownerReserve: number
  readonly leases: number
  readonly holders: ReadonlyArray<readonly [organisation: string, model: string, count: number]>
  readonly state: "up" | "half-open" | "ejected" | "draining"
  readonly cold: boolean
  readonly because?: string
  readonly since?: number
  /** Absent while ejected: until it is restored by hand. */
  readonly ejectedUntil?: number
  readonly heldOffUntil?: number
  readonly pairs: ReadonlyArray<PairRow>
}

/** Tokens, prompt + 2 × output: what was served, and what the weights said should have been. */
export type Due = readonly [served: number, entitled: number]

export interface ShareRow {
  readonly organisation: string
  readonly weight: number
  /** Waiting or in flight. */
  readonly active: number
  /** Something of it waits. */
  readonly backlogged: boolean
  /** Virtual service beyond the least of those who are active, in tokens at weight 1: the others go first until then. */
  readonly ahead: number
  /** Over the last five minutes, and over the last hour. */
  readonly recent: Due
  readonly hour: Due
}

export interface PoolRow {
  readonly models: ReadonlyArray<string>
  readonly shares: ReadonlyArray<ShareRow>
}

export type JournalKind =
  | "ejected"
  | "restored"
  | "held-off"
  | "slow"
  | "swift"
  | "draining"
  | "resumed"
  | "ejected-by-hand"
  | "restored-by-hand"

/** Something worth knowing when, newest last. */
export interface JournalEntry {
  readonly id: number
  readonly at: number
  readonly kind: JournalKind
  readonly server: string
  readonly model?: string
  readonly because?: string
  /** Whose hand. */
  readonly by?: string
}

/** Requests that were given a server since the last frame. */
export type Flow = readonly [model: string, organisation: string, priority: number, server: string, count: number]

/** Rows that are as they were are not there; one that is gone is null. */
export interface Frame {
  readonly at: number
  /** Forget what you know: this is all of it. */
  readonly whole?: true
  readonly models?: Readonly<Record<string, ModelRow | null>>
  readonly servers?: Readonly<Record<string, ServerRow | null>>
  readonly pools?: Readonly<Record<string, PoolRow | null>>
  readonly journal?: ReadonlyArray<JournalEntry>
  readonly flow?: ReadonlyArray<Flow>
}

/** Once, before the first frame. */
export interface Hello {
  readonly hello: {
    readonly version: string
    readonly key: string
    readonly rights: "viewer" | "operator"
    readonly bestPriority: number
    /** The transcription service is there. */
    readonly transcription: boolean
    /** The servers are the demo's: what they do is simulated. */
    readonly simulated?: boolean
    /** Milliseconds; absent where waiting makes nobody more urgent. */
    readonly ageing?: number
  }
}

/** The key that opened the page opens it no longer. */
export interface Farewell {
  readonly farewell: "revoked"
}

export type Message = Hello | Frame | Farewell
