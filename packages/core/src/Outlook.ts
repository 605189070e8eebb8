/** How long a ticket is likely to wait still: the work before it, over the pace at which its line is served. */
import { isUp } from "./Admission.ts"
import type { Place } from "./Forecast.ts"
import type { Pace } from "./Pace.ts"
import type { ModelState, State, TicketState } from "./State.ts"

/** Milliseconds: as likely shorter as longer, and longer in one case of ten. */
export interface Wait {
  readonly p50: number
  readonly p90: number
}

/** Milliseconds for a unit of work if every slot does what slots of this model are known, or supposed, to do. */
const perWorkOf = (model: ModelState, now: number): number | undefined => {
  let slots = 0
  for (const pair of model.pairs) if (isUp(pair, now)) slots += pair.host.server.maxConcurrent
  const { cost, duration } = model.expected
  return slots === 0 || cost <= 0 ? undefined : duration / cost / slots
}

/**
 * The pace of a line holds all that goes before it and that it shares servers with, as it was lately. What it cannot
 * know is that ageing will lift the ticket over newcomers: so no wait is longer than until then, or for all that waits
 * now. A line without a pace of its own is told by what the whole queue does before it.
 */
export const wait = (
  { settings: { ageing, bestPriority } }: State,
  model: ModelState,
  line: Pace | undefined,
  { arrivedAt, priority }: Pick<TicketState, "arrivedAt" | "priority">,
  { before, work }: Pick<Place, "before" | "work">,
  now: number
): Wait | undefined => {
  const queue = model.pace.perWork ?? perWorkOf(model, now)
  const perWork = line?.perWork
  if (perWork === undefined) {
    return queue === undefined ? undefined : { p50: Math.round(queue * before), p90: Math.round(3 * queue * before) }
  }
  let p50 = work * perWork
  const aged = ageing === undefined ? Infinity : arrivedAt + (bestPriority - priority) * ageing - now
  if (queue !== undefined && aged > 0 && p50 > aged) p50 = Math.min(p50, Math.max(aged, queue * model.pace.work))
  return { p50: Math.round(p50), p90: Math.round(p50 * line!.spread(work, p50, now)) }
}
