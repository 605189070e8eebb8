/** A grant, to whomever: what the others need to know of it, written over one of long before. */
import type { Caller } from "./Caller.ts"
import type { LeaseRecord } from "./Lease.ts"
import type { Server } from "./Server.ts"

/** Stands for a number that there is none of: a field that holds numbers alone is written without anything new. */
export const none = Number.NaN

export class Grant {
  /** Leases are numbered in the order of their grants. */
  lease = none
  server: Server | undefined = undefined
  model = ""
  caller: Caller | undefined = undefined
  arrivedAt = none
  grantedAt = none
  /** Base. */
  priority = none
  /** Slots of the server that were taken just before, and those of them that guests held. */
  leases = none
  guests = none

  write(lease: LeaseRecord, guests: number): void {
    this.lease = lease.id
    this.server = lease.server
    this.model = lease.model.name
    this.caller = lease.ticket.caller
    this.arrivedAt = lease.arrivedAt
    this.grantedAt = lease.grantedAt
    this.priority = lease.priority
    this.leases = lease.leasesAtGrant
    this.guests = guests
  }
}
