/** Tells tickets their place and their wait, without draining a large waiting room for each of them. */
import { admitted, kindOf } from "./Admission.ts"
import { derive } from "./apply/Arrival.ts"
import { expect } from "./Expectation.ts"
import type { Place, Places } from "./Forecast.ts"
import { last, places } from "./Forecast.ts"
import { lineFor } from "./Lines.ts"
import type { Wait } from "./Outlook.ts"
import { wait } from "./Outlook.ts"
import { roomOf } from "./PriorityQueue.ts"
import type { ConstraintClass } from "./Room.ts"
import type { ModelState, State, TicketState } from "./State.ts"
import type { Ticket } from "./Ticket.ts"
import { total } from "./Work.ts"

/** Where a waiting ticket stands. All of it is a forecast: order changes as service is charged. */
export interface Forecast {
  /** 1 is next. */
  readonly position: number
  /** Undefined while no server is up and nothing was granted yet. */
  readonly wait: Wait | undefined
}

/** A large waiting room is drained once a second, a small one whenever somebody asks. */
const most = 1_000

/** Comparisons in a millisecond of that second. */
const affordable = 300

export class Forecaster {
  private readonly state: State
  private readonly known = new WeakMap<ModelState, Places>()

  constructor(state: State) {
    this.state = state
  }

  /** Undefined when the ticket is not waiting. */
  of(id: string, now: number): Forecast | undefined {
    const ticket = this.state.tickets.get(id)
    if (ticket?.waiting !== true) return undefined
    const place = this.placeOf(ticket, now)
    return { position: place.position, wait: wait(this.state, ticket.model!, ticket.line!, ticket, place, now) }
  }

  /** What a ticket like this one would have to wait if it came now; nothing where a server would take it at once. */
  newcomer(ticket: Ticket, now: number): Wait | undefined {
    const { state } = this
    const model = state.models.get(ticket.model)
    if (model === undefined) return undefined
    const like = { ticket, priority: 0, mode: ticket.caller.routingMode }
    derive(state, like)
    const room = roomOf(model, like)
    if (room.pairs.length === 0) return undefined
    const { organisation } = ticket.caller
    if (this.isFree(model, room, organisation, like.priority, now)) return { p50: 0, p90: 0 }
    const size = total(expect(model.expected, state.settings, ticket.work))
    const line = lineFor(model, like.priority, organisation, room)
    let before = size
    for (const { priority, work } of model.lines.values()) if (priority >= like.priority) before += work
    const place = { work: size + (line?.work ?? 0), before }
    return wait(state, model, line, { arrivedAt: now, priority: like.priority }, place, now)
  }

  private isFree(model: ModelState, { pairs }: ConstraintClass, organisation: string, priority: number, now: number) {
    const { state } = this
    return pairs.some((pair) =>
      (admitted(state, model, pair, now) & kindOf(state, pair.host, organisation, priority)) !== 0
    )
  }

  private placeOf(ticket: TicketState, now: number): Place {
    const model = ticket.model!
    const { id } = ticket.ticket
    const known = this.known.get(model)
    if (known !== undefined && now - known.at < Math.min(most, known.effort / affordable)) {
      return known.places.get(id) ?? last(ticket)
    }
    const fresh = places(this.state, model, now)
    this.known.set(model, fresh)
    return fresh.places.get(id) ?? last(ticket)
  }
}
