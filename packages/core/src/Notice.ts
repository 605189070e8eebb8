/** What happened, for those who watch: logs, metrics, pages. Accounting comes from settlement, never from here. */
import type { Data } from "effect"
import type { DispatchError, Reason } from "./DispatchError.ts"
import type { LeaseRecord } from "./Lease.ts"
import type { Outcome } from "./Outcome.ts"
import type { Ejection } from "./State.ts"
import type { Ticket } from "./Ticket.ts"
import type { Basis } from "./Work.ts"

export type Notice = Data.TaggedEnum<{
  Arrived: { readonly at: number; readonly ticket: Ticket }
  Granted: { readonly at: number; readonly lease: LeaseRecord }
  /** Refused, evicted or failed, without a lease; `grants` counts those it had. */
  Ended: {
    readonly at: number
    readonly ticket: Ticket
    readonly ending: DispatchError["ending"]
    readonly reason: Reason
    readonly requeues: number
    readonly grants: number
  }
  /** While it waited. */
  Withdrawn: { readonly at: number; readonly ticket: Ticket; readonly requeues: number; readonly grants: number }
  /** `requeued`: the ticket waits again. */
  Released: {
    readonly at: number
    readonly lease: LeaseRecord
    readonly outcome: Outcome
    /** Settled: prompt + 2 × output tokens. */
    readonly cost: number
    /** Undefined where nothing was done. */
    readonly basis: Basis | undefined
    /** The engine gave figures that cannot be meant. */
    readonly absurd: boolean
    readonly requeued: boolean
  }
  Ejected: { readonly at: number; readonly url: string; readonly until: number; readonly because: Ejection["because"] }
  Restored: { readonly at: number; readonly url: string }
  HeldOff: { readonly at: number; readonly url: string; readonly until: number }
}>
