/** The shape of a waiting room: classes of constraints, in each the branches of organisations, in each the leaves. */
import type { RoutingMode } from "./Caller.ts"
import type { Pace } from "./Pace.ts"
import type { ServerKind } from "./Server.ts"
import type { ModelState, Pair, ServerState, TicketState } from "./State.ts"
import type { KeyAccount, OrganisationAccount } from "./VirtualService.ts"

/** Tickets with the same model, mode and limits: what may serve one may serve all. */
export interface ConstraintClass {
  readonly id: string
  readonly model: ModelState
  readonly mode: RoutingMode
  /** The owner whose servers are private, in private modes. */
  readonly organisation: string | undefined
  readonly sites: ReadonlyArray<string> | undefined
  readonly organisations: ReadonlyArray<string> | undefined
  readonly kinds: ReadonlyArray<ServerKind> | undefined
  /** Eligible by configuration. */
  pairs: ReadonlyArray<Pair>
  hosts: ReadonlySet<ServerState>
  readonly branches: Array<Branch>
  readonly byOrganisation: Map<string, Branch>
  /** How many of its leaves are of a base priority that may use headroom. */
  entitled: number
  readonly byKey: Map<string, Leaf>
}

/** The leaves of one organisation in one class: what its virtual service or its ownership decides, it decides for all. */
export interface Branch {
  readonly class: ConstraintClass
  readonly organisation: string
  account: OrganisationAccount
  readonly leaves: Array<Leaf>
  /** As in the class. */
  entitled: number
  /** Place in the class's list of branches. */
  index: number
  /** Place in the model's frontier. */
  row: number
}

/** Tickets that differ in nothing but their arrival: a linked FIFO whose head is its best, whatever ageing does. */
export interface Leaf {
  readonly id: string
  readonly class: ConstraintClass
  readonly branch: Branch
  readonly priority: number
  account: KeyAccount
  line: Pace
  /** When its head arrived: read at each decision, where the tickets themselves would be far away. */
  since: number
  head: TicketState | undefined
  tail: TicketState | undefined
  /** Place in the branch's list of leaves. */
  index: number
}
