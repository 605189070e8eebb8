/** The dispatcher's whole state: plain, mutable, owned by one interpreter; only `apply` changes it. */
import type { RoutingMode } from "./Caller.ts"
import type { Deadlines, Due } from "./Deadlines.ts"
import { Deadlines as Heap } from "./Deadlines.ts"
import type { Deciding } from "./Decider.ts"
import type { Reason } from "./DispatchError.ts"
import type { Expectation } from "./Expectation.ts"
import type { Frontier } from "./Frontier.ts"
import type { Journal } from "./Journal.ts"
import { Journal as Journals } from "./Journal.ts"
import type { Attempt } from "./Journey.ts"
import type { LeaseRecord } from "./Lease.ts"
import type { Load } from "./Load.ts"
import type { Model } from "./Model.ts"
import type { Notice } from "./Notice.ts"
import type { Pace } from "./Pace.ts"
import type { Registry } from "./Registry.ts"
import type { ConstraintClass, Leaf } from "./Room.ts"
import { Roster } from "./Roster.ts"
import type { Server } from "./Server.ts"
import type { Settings } from "./Settings.ts"
import type { Siblings } from "./Siblings.ts"
import type { Throughput } from "./Throughput.ts"
import type { Ticket } from "./Ticket.ts"
import type { TtftWindow } from "./TtftWindow.ts"
import type { KeyAccount, Pool } from "./VirtualService.ts"
import type { Basis } from "./Work.ts"

export interface Ejection {
  until: number
  /** `Operator`: by hand, until it is restored by hand. */
  readonly because: "Down" | "Suspect" | "Misconfigured" | "Operator"
}

export interface ServerState {
  server: Server
  /** Order of first appearance: the stable place in a round. */
  readonly ordinal: number
  leases: number
  /** Leases held by organisations other than its owner. */
  guests: number
  /** Since when; undefined unless it drains. */
  draining: number | undefined
  /** It left the configuration and lives on until its last lease ends. */
  removed: boolean
  /** No data event and no complete answer has ever come from it. */
  cold: boolean
  /** Once `until` is past it is half-open: up, for one trial. */
  ejection: Ejection | undefined
  /** Length of the last ejection in milliseconds; doubles until a success. */
  ejectedFor: number
  /** Since when nothing has answered; survives half-open trials. Always there while an ejection lasts. */
  downSince: number | undefined
  heldOffUntil: number
  heldOffFor: number
  /** `suspect` answers in a row for which it was blamed. */
  blamed: number
  readonly pairs: Map<ModelState, Pair>
}

/** One server as one model sees it. */
export interface Pair {
  readonly host: ServerState
  /** Place among the model's. */
  place: number
  readonly ttft: TtftWindow
  load: Load | undefined
  /** The engine does not know the model: out of use for this model alone until then. */
  unknownUntil: number
  unknownSince: number | undefined
}

export interface ModelState {
  model: Model
  acting: Deciding
  /** What is tried beside it; without such a pair, the same. */
  shadow: Deciding
  pairs: Array<Pair>
  pool: Pool
  readonly classes: Map<string, ConstraintClass>
  readonly frontier: Frontier
  /** Those of them that no server is configured for. */
  stranded: Array<ConstraintClass>
  waiting: number
  /** Ordinal of the server that was last given a ticket of this model. */
  turn: number
  readonly expected: Expectation
  /** How many leases were settled on what, and how many reports held figures that cannot be meant. */
  readonly settled: Record<Basis | "absurd", number>
  readonly throughput: Throughput
  /** How fast its queue moves, and each line of it: the tickets of one class, organisation and base priority. */
  readonly pace: Pace
  readonly lines: Map<string, Pace>
}

export interface TicketState extends Due {
  ticket: Ticket
  /** Order of arrival: decides between equal arrival times. */
  readonly seq: number
  readonly arrivedAt: number
  /** Base priority. */
  priority: number
  mode: RoutingMode
  model: ModelState | undefined
  class: ConstraintClass | undefined
  account: KeyAccount | undefined
  /** Where it waits: in a leaf, or, with servers excluded, in the list of retries. */
  leaf: Leaf | undefined
  previous: TicketState | undefined
  next: TicketState | undefined
  waiting: boolean
  /** Of the same key, those that came just before and after it. */
  elder: TicketState | undefined
  younger: TicketState | undefined
  /** The line that it stands in, and the work that it was expected to be when it began to wait. */
  line: Pace | undefined
  size: number
  /** Not yet passed over by a single decision. */
  fresh: boolean
  waitingSince: number
  /** Milliseconds of earlier waits. */
  waited: number
  requeues: number
  grants: number
  /** Attempts that count towards the most allowed. */
  failures: number
  suspects: number
  excluded: Set<ServerState> | undefined
  /** Servers that answered `suspect` and are blamed if another serves it. */
  suspected: Array<ServerState> | undefined
  firstGrantedAt: number | undefined
  lease: LeaseState | undefined
  /** Fails as soon as it is not in flight. */
  doom: Reason | undefined
  /** Its uses of servers, where they are remembered. */
  attempts: Array<Attempt> | undefined
  /** What the journal finds it by, whatever becomes of its key. */
  name: string
  refused: boolean
}

export interface LeaseState {
  readonly id: number
  readonly ticket: TicketState
  readonly host: ServerState
  readonly pair: Pair
  readonly record: LeaseRecord
  /** As charged at the grant. */
  readonly weight: number
  guest: boolean
  /** The one lease that tries a half-open server. */
  readonly trial: boolean
}

export interface State {
  readonly settings: Settings
  readonly registry: Registry["Service"]
  /** Seen with the eyes of the shadow: a model that has one is decided by its pair. Never so in the interpreter's own. */
  readonly shadowed: boolean
  /** Never falls, whatever the clock does. */
  now: number
  sequence: number
  leaseSequence: number
  ordinals: number
  stopping: boolean
  readonly weights: Map<string, number>
  readonly models: Map<string, ModelState>
  readonly servers: Map<string, ServerState>
  /** Those of them whose slots are not all taken: few, when it matters. */
  readonly roomy: Set<ServerState>
  /** Those that are ejected, half-open, draining, held off or unknown to one of their models, or were until lately. */
  readonly ailing: Set<ServerState>
  /** Every ticket that has not ended, waiting or in flight. */
  readonly tickets: Roster<string, TicketState>
  readonly leases: Roster<number, LeaseState>
  readonly keys: Map<string, Siblings>
  readonly deadlines: Deadlines<TicketState>
  /** Tickets that some server has failed, each with its own excluded servers. */
  readonly retries: Set<TicketState>
  /** Tickets that must end, first come first served. */
  readonly doomed: Set<TicketState>
  readonly fresh: Array<TicketState>
  readonly journal: Journal
  /** What observers have yet to be told; the interpreter empties it. */
  notices: Array<Notice>
}

export const make = (settings: Settings, registry: Registry["Service"]): State => ({
  settings,
  registry,
  shadowed: false,
  now: 0,
  sequence: 0,
  leaseSequence: 0,
  ordinals: 0,
  stopping: false,
  weights: new Map(),
  models: new Map(),
  servers: new Map(),
  roomy: new Set(),
  ailing: new Set(),
  tickets: new Roster(),
  leases: new Roster(),
  keys: new Map(),
  deadlines: new Heap(),
  retries: new Set(),
  doomed: new Set(),
  fresh: [],
  journal: new Journals(settings),
  notices: []
})
