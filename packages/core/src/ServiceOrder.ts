/** Who goes before whom at one instant: DESIGN §3.3. */
import type { Settings } from "./Settings.ts"
import type { TicketState } from "./State.ts"
import type { KeyAccount } from "./VirtualService.ts"

/** Base priority plus one for each ageing interval waited since arrival, at most the best. It orders; it does not entitle. */
export const effectivePriority = (
  { ageing, bestPriority }: Settings,
  base: number,
  arrivedAt: number,
  now: number
): number => {
  if (ageing === undefined || now <= arrivedAt) return base
  return Math.min(bestPriority, base + Math.floor((now - arrivedAt) / ageing))
}

/** By arrival, then by order of arrival: total. Negative if `a` comes first. */
export const byArrival = (a: TicketState, b: TicketState): number => a.arrivedAt - b.arrivedAt || a.seq - b.seq

/**
 * The order of two tickets of the same effective priority; negative if `a` comes first. Its account and its arrival are
 * given apart, so that `a`, which may be far away in memory, is looked at only between equals.
 */
export const compare = (a: TicketState, account: KeyAccount, arrivedAt: number, b: TicketState): number =>
  account.organisation.service - b.account!.organisation.service ||
  account.service - b.account!.service ||
  arrivedAt - b.arrivedAt ||
  a.seq - b.seq
