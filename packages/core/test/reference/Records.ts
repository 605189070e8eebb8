/** What the naive reference remembers: flat records without an index; everything else is recomputed at each question. */
import type { Caller, RoutingMode } from "../../src/Caller.ts"
import type { Reason } from "../../src/DispatchError.ts"
import type { Model } from "../../src/Model.ts"
import type { Server } from "../../src/Server.ts"
import type { Settings } from "../../src/Settings.ts"
import type { Ticket } from "../../src/Ticket.ts"
import type { Cost } from "../../src/Work.ts"
import type { Figure } from "./Figure.ts"

export interface ServerRecord {
  server: Server
  readonly ordinal: number
  removed: boolean
  cold: boolean
  drainingSince: number | undefined
  ejection: { until: number; readonly because: "Down" | "Suspect" | "Misconfigured" | "Operator" } | undefined
  ejectedFor: number
  downSince: number | undefined
  heldOffUntil: number
  heldOffFor: number
  blamed: number
}

export interface ModelRecord {
  model: Model
  pool: PoolRecord
  turn: number
  /** Every settled prompt and answer there ever was. */
  readonly prompts: Array<{ readonly bytes: number | undefined; readonly tokens: number }>
  readonly answers: Array<number>
}

export interface PairRecord {
  readonly model: ModelRecord
  readonly server: ServerRecord
  readonly figure: Figure
  unknownUntil: number
  unknownSince: number | undefined
}

/** Counters of organisations and, under `organisation/key`, of keys; `floors` holds V of each level ("" is the top). */
export interface PoolRecord {
  readonly counters: Map<string, number>
  readonly floors: Map<string, number>
}

export interface TicketRecord {
  readonly id: string
  readonly seq: number
  readonly arrivedAt: number
  ticket: Ticket
  caller: Caller
  priority: number
  mode: RoutingMode
  model: ModelRecord | undefined
  /** Undefined for one that was refused: it never counted. */
  pool: PoolRecord | undefined
  waiting: boolean
  fresh: boolean
  waitingSince: number
  waited: number
  requeues: number
  grants: number
  failures: number
  suspects: number
  readonly excluded: Set<ServerRecord>
  suspected: Array<ServerRecord>
  firstGrantedAt: number | undefined
  doom: Reason | undefined
}

export interface LeaseRecord {
  readonly id: number
  readonly ticket: TicketRecord
  readonly pair: PairRecord
  readonly organisation: string
  readonly estimate: Cost
  readonly weight: number
  readonly trial: boolean
}

export interface World {
  readonly settings: Settings
  now: number
  arrivals: number
  grants: number
  ordinals: number
  stopping: boolean
  readonly weights: Map<string, number>
  models: Array<ModelRecord>
  servers: Array<ServerRecord>
  pairs: Array<PairRecord>
  tickets: Array<TicketRecord>
  leases: Array<LeaseRecord>
}

export const make = (settings: Settings): World => ({
  settings,
  now: 0,
  arrivals: 0,
  grants: 0,
  ordinals: 0,
  stopping: false,
  weights: new Map(),
  models: [],
  servers: [],
  pairs: [],
  tickets: [],
  leases: []
})
