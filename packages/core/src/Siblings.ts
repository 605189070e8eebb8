/**
 * The tickets of one key, in the order of their coming. They are chained to each other: a table of their numbers would
 * be written twice for every request, and hardly anybody ever asks for them.
 */
import type { TicketState } from "./State.ts"

export class Siblings {
  private first: TicketState | undefined = undefined
  private last: TicketState | undefined = undefined

  get isEmpty(): boolean {
    return this.first === undefined
  }

  add(ticket: TicketState): void {
    const { last } = this
    ticket.elder = last
    if (last === undefined) this.first = ticket
    else last.younger = ticket
    this.last = ticket
  }

  delete(ticket: TicketState): void {
    const { elder, younger } = ticket
    if (elder === undefined) this.first = younger
    else elder.younger = younger
    if (younger === undefined) this.last = elder
    else younger.elder = elder
    // Nothing that has ended may keep others alive.
    ticket.elder = ticket.younger = undefined
  }

  /** None may be deleted meanwhile. */
  *[Symbol.iterator](): Generator<TicketState, void> {
    for (let ticket = this.first; ticket !== undefined; ticket = ticket.younger) yield ticket
  }
}
