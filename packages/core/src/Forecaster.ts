/** Tells waiting tickets their place and their wait, without draining a large waiting room for each of them. */
import type { Place, Places } from "./Forecast.ts"
import { last, places } from "./Forecast.ts"
import type { Wait } from "./Outlook.ts"
import { wait } from "./Outlook.ts"
import type { ModelState, State, TicketState } from "./State.ts"

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
    const { position, work } = this.placeOf(ticket, now)
    return { position, wait: wait(this.state, ticket.model!, ticket.line!, ticket, work, now) }
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
