/** The right to use one slot of one server for one ticket. */
import type { RoutingMode } from "./Caller.ts"
import type { Model } from "./Model.ts"
import type { Server } from "./Server.ts"
import type { Ticket } from "./Ticket.ts"
import type { Cost, Usage } from "./Work.ts"

/** Plain data, so that it can cross a wire and stand in a usage row. Times are epoch milliseconds. */
export interface LeaseRecord {
  readonly id: number
  readonly ticket: Ticket
  readonly server: Server
  readonly model: Model
  /** Base priority and routing mode that held at the grant. */
  readonly priority: number
  readonly routingMode: RoutingMode
  readonly arrivedAt: number
  readonly grantedAt: number
  /** Of this ticket's first lease: the total time is counted from here. */
  readonly firstGrantedAt: number
  /** Milliseconds spent waiting, over all its waits. */
  readonly waited: number
  readonly requeues: number
  /** 1 for the first lease of a ticket. */
  readonly attempt: number
  /** As expected at the grant, and charged then. */
  readonly estimate: Cost
  /** What the strategy saw of the chosen server. */
  readonly leasesAtGrant: number
  readonly ttftAtGrant: number | undefined
  readonly candidates: number
}

/** A held lease. Its two reports may come at any moment until it is released, and are ignored afterwards. */
export interface Lease extends LeaseRecord {
  /** The first data event of a successful stream came `ttft` milliseconds after sending. */
  readonly firstData: (ttft: number) => void
  /**
   * What the engine has done for it so far; the last report is the one settled. Figures that are missing stand at
   * their estimate. Without any report, work that was done costs its estimate, and work that was refused nothing.
   */
  readonly charge: (usage: Usage) => void
}
