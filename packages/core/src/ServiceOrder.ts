/** Who goes before whom at one instant: DESIGN §3.3. */
import type { Settings } from "./Settings.ts"
import type { TicketState } from "./State.ts"

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

/** The whole order, for two tickets whose effective priorities are known. Negative if `a` comes first. */
export const compare = (a: TicketState, priorityOfA: number, b: TicketState, priorityOfB: number): number =>
  priorityOfB - priorityOfA ||
  a.account!.organisation.service - b.account!.organisation.service ||
  a.account!.service - b.account!.service ||
  byArrival(a, b)
