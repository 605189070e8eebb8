/** Whether a server may take a ticket now. */
import { Context } from "effect"

export interface Standing {
  /** The slot rule of DESIGN §3.4 holds: room under the cap, headroom and reserve considered. */
  readonly hasSlot: boolean
  readonly leases: number
  /** p95 time to first token in milliseconds; unknown if never measured. */
  readonly ttft: number | undefined
  readonly ttftThreshold: number
}

/** A pure function behind a Layer. A ticket that no server may take waits; nothing is republished. */
export class RequeuePolicy extends Context.Service<RequeuePolicy, {
  /** Whether the slot rule binds (it does not under `none`). */
  readonly judge: (standing: Standing) => boolean
}>()("@aiguilleur/core/RequeuePolicy") {}
