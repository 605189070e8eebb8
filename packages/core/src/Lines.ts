/**
 * Lines: the waiting tickets of one model, class, organisation and base priority, with the pace at which they are
 * granted. What goes before them, and how servers are shared, shows in that pace.
 */
import { expect } from "./Expectation.ts"
import { Pace } from "./Pace.ts"
import type { ConstraintClass } from "./Room.ts"
import type { ModelState, State, TicketState } from "./State.ts"
import { total } from "./Work.ts"

/** More lines than this of one model, and those that lie idle are forgotten. */
const most = 4_096

const idle = 600_000

const idOf = (priority: number, organisation: string, room: string): string =>
  `${priority}\u0000${organisation}\u0000${room}`

/** The line that a ticket of this class would stand in, if there ever was one. */
export const lineFor = (
  { lines }: ModelState,
  priority: number,
  organisation: string,
  room: ConstraintClass
): Pace | undefined => lines.get(idOf(priority, organisation, room.id))

/** Kept when it empties: how fast it moved is what its next tickets are told. */
export const lineOf = (state: State, { class: room, model, priority, ticket }: TicketState): Pace => {
  const { lines } = model!
  const id = idOf(priority, ticket.caller.organisation, room!.id)
  const known = lines.get(id)
  if (known !== undefined) return known
  if (lines.size >= most) forgetIdle(lines, state.now)
  const line = new Pace(priority)
  lines.set(id, line)
  return line
}

const forgetIdle = (lines: Map<string, Pace>, now: number): void => {
  for (const [id, { usedAt, waiting }] of lines) if (waiting === 0 && usedAt < now - idle) lines.delete(id)
}

export const join = (state: State, ticket: TicketState, line: Pace): void => {
  ticket.size = total(expect(ticket.model!.expected, state.settings, ticket.ticket.work))
  ticket.line = line
  line.enter(state.now, ticket.size)
  ticket.model!.pace.enter(state.now, ticket.size)
}

export const leave = ({ now }: State, { line, model, size }: TicketState): void => {
  line!.leave(now, size)
  model!.pace.leave(now, size)
}

/** It left because it was granted a server. One that was served on arrival says nothing of a queue. */
export const granted = ({ fresh, line, model, size }: TicketState): void => {
  if (fresh) return
  line!.grant(size)
  model!.pace.grant(size)
}
