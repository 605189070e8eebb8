/** A request's way through the queue, as its caller may ask of it: while it is alive, and for a while after it ended. */
import type { Caller, RoutingMode } from "./Caller.ts"
import type { DispatchError, Reason } from "./DispatchError.ts"
import type { LeaseRecord } from "./Lease.ts"
import type { Outcome } from "./Outcome.ts"
import type { ConstraintClass } from "./Room.ts"
import type { TicketState } from "./State.ts"
import type { Standing } from "./VirtualService.ts"

/** One use of one server. */
export interface Attempt {
  readonly lease: Pick<
    LeaseRecord,
    "id" | "server" | "model" | "grantedAt" | "candidates" | "leasesAtGrant" | "ttftAtGrant" | "estimate"
  >
  /** How its organisation stood just before; undefined for one that was served on arrival. */
  readonly standing: Standing | undefined
  releasedAt: number | undefined
  outcome: Outcome["_tag"] | undefined
}

export type Ending = "released" | DispatchError["ending"] | "withdrawn"

/** How it ended. */
export interface Ended {
  readonly ending: Ending
  readonly reason: Reason["_tag"] | undefined
  readonly at: number
}

export interface Journey {
  readonly ticket: string
  readonly model: string
  readonly caller: Caller
  readonly arrivedAt: number
  /** Base. */
  readonly priority: number
  readonly mode: RoutingMode
  /** Milliseconds, over all its waits that are over. */
  readonly waited: number
  readonly requeues: number
  readonly attempts: ReadonlyArray<Attempt>
  /** The servers that it might use; undefined for one that was refused at once. */
  readonly room: ConstraintClass | undefined
  /** Undefined for one that is alive. */
  readonly ended: Ended | undefined
}

export const underWay = (ticket: TicketState): Journey => ({
  ticket: ticket.ticket.id,
  model: ticket.ticket.model,
  caller: ticket.ticket.caller,
  arrivedAt: ticket.arrivedAt,
  priority: ticket.priority,
  mode: ticket.mode,
  waited: ticket.waited,
  requeues: ticket.requeues,
  attempts: ticket.attempts ?? [],
  room: ticket.class,
  ended: undefined
})
