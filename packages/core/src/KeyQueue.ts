/** What one key has in the queue and under way, as its holder may see it. */
import { waitedBy } from "./Deadline.ts"
import type { Forecast, Forecaster } from "./Forecaster.ts"
import { effectivePriority } from "./ServiceOrder.ts"
import type { State } from "./State.ts"

export interface KeyTicket {
  readonly ticket: string
  /** As its caller named it. */
  readonly requestId: string | undefined
  readonly model: string
  /** Base, and with ageing. */
  readonly priority: number
  readonly effective: number
  readonly arrivedAt: number
  /** Milliseconds, over all its waits. */
  readonly waited: number
  readonly requeues: number
  /** Undefined for one that is in flight. */
  readonly forecast: Forecast | undefined
}

export interface KeyQueue {
  readonly waiting: number
  readonly inFlight: number
  /** The oldest, so many at most. */
  readonly tickets: ReadonlyArray<KeyTicket>
}

export const keyQueue = (
  state: State,
  forecaster: Forecaster,
  key: string,
  most: number,
  at: number
): KeyQueue => {
  const now = Math.max(at, state.now)
  const tickets: Array<KeyTicket> = []
  let waiting = 0
  let inFlight = 0
  for (const ticket of state.keys.get(key) ?? []) {
    if (ticket.lease !== undefined) inFlight++
    else if (ticket.waiting) waiting++
    else continue
    if (tickets.length === most) continue
    tickets.push({
      ticket: ticket.ticket.id,
      requestId: ticket.ticket.requestId,
      model: ticket.ticket.model,
      priority: ticket.priority,
      effective: effectivePriority(state.settings, ticket.priority, ticket.arrivedAt, now),
      arrivedAt: ticket.arrivedAt,
      waited: waitedBy(ticket, now),
      requeues: ticket.requeues,
      forecast: forecaster.of(ticket.ticket.id, now)
    })
  }
  return { waiting, inFlight, tickets }
}
