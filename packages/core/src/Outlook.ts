/** How long a ticket is likely to wait still: the work before it, over the pace at which its line is served. */
import { isUp } from "./Admission.ts"
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

/** What waits before one who is at the end of the queue, all organisations together, and how long that takes. */
const whole = (model: ModelState, now: number): number | undefined => {
  const perWork = model.pace.perWork ?? perWorkOf(model, now)
  return perWork === undefined ? undefined : perWork * model.pace.work
}

/**
 * `work`: of its line, up to and with the ticket. The pace of a line holds all that goes before it and that it shares
 * with, as it was lately; what it cannot know is that ageing will lift the ticket over newcomers, so no wait is longer
 * than until then and for all that waits now.
 */
export const wait = (
  { settings: { ageing, bestPriority } }: State,
  model: ModelState,
  line: Pace,
  { arrivedAt, priority }: Pick<TicketState, "arrivedAt" | "priority">,
  work: number,
  now: number
): Wait | undefined => {
  const perWork = line.perWork
  const all = whole(model, now)
  if (perWork === undefined) return all === undefined ? undefined : { p50: Math.round(all), p90: Math.round(3 * all) }
  let p50 = work * perWork
  const aged = ageing === undefined ? Infinity : arrivedAt + (bestPriority - priority) * ageing - now
  if (all !== undefined && aged > 0 && p50 > aged) p50 = Math.min(p50, Math.max(aged, all))
  return { p50: Math.round(p50), p90: Math.round(p50 * line.spread(work, p50, now)) }
}
