/** What is remembered of requests so that their callers can ask why they waited: bounded in number and in time. */
import type { DispatchError, Reason } from "./DispatchError.ts"
import type { LeaseRecord } from "./Lease.ts"
import type { Outcome } from "./Outcome.ts"
import type { Settings } from "./Settings.ts"
import type { TicketState } from "./State.ts"
import type { Standing } from "./VirtualService.ts"

/** One use of one server. */
export interface Attempt {
  readonly lease: LeaseRecord
  /** How many slots of the server guests held just before. */
  readonly guests: number
  /** How its organisation stood just before; undefined for one that was served on arrival. */
  readonly standing: Standing | undefined
  releasedAt: number | undefined
  outcome: Outcome["_tag"] | undefined
}

export type Ending = "released" | DispatchError["ending"] | "withdrawn"

/** How a ticket ended. */
export interface Ended {
  readonly ending: Ending
  readonly reason: Reason["_tag"] | undefined
  readonly at: number
}

/** Callers name their requests themselves; those of another organisation are never found under a name. */
const isNamed = ({ ticket: { caller, id, requestId } }: TicketState, organisation: string, request: string): boolean =>
  (requestId ?? id) === request && caller.organisation === organisation

export class Journal {
  private readonly keep: number
  private readonly most: number
  /** Those that have ended, on a ring, in the order of their endings: from the oldest that is kept to the next. */
  private readonly past: Array<TicketState | undefined> = []
  private oldest = 0
  private endings = 0
  /** The last grants, on a ring. */
  private readonly grants: Array<Attempt> = []
  private next = 0

  constructor({ explain, explained }: Pick<Settings, "explain" | "explained">) {
    this.keep = explain ?? 0
    this.most = this.keep > 0 ? explained : 0
  }

  granted(ticket: TicketState, attempt: Attempt): void {
    if (this.most === 0) return
    ;(ticket.attempts ??= []).push(attempt)
    if (this.grants.length < this.most) this.grants.push(attempt)
    else this.grants[this.next] = attempt
    this.next = (this.next + 1) % this.most
  }

  ended(ticket: TicketState, ended: Ended): void {
    if (this.most === 0) return
    ticket.ended = ended
    while (this.isFull || this.isStale(ended.at)) this.forget()
    this.past[this.endings++ % this.most] = ticket
  }

  /**
   * The last request of that name, alive or ended not long ago. Looked for one by one: each of the thousands that are
   * never asked for would otherwise pay for an index.
   */
  find(alive: Iterable<TicketState>, organisation: string, request: string, now: number): TicketState | undefined {
    if (this.most === 0) return undefined
    let found: TicketState | undefined
    for (const ticket of alive) if (isNamed(ticket, organisation, request)) found = ticket
    for (let at = this.endings - 1; found === undefined && at >= this.oldest; at--) {
      const ticket = this.past[at % this.most]!
      if (ticket.ended!.at <= now - this.keep) break
      if (isNamed(ticket, organisation, request)) found = ticket
    }
    return found
  }

  private get isFull(): boolean {
    return this.endings - this.oldest === this.most
  }

  private isStale(now: number): boolean {
    return this.oldest < this.endings && this.past[this.oldest % this.most]!.ended!.at <= now - this.keep
  }

  private forget(): void {
    this.past[this.oldest++ % this.most] = undefined
  }

  /** Of the last grants, the latest first. */
  *latest(): Iterable<Attempt> {
    const { length } = this.grants
    for (let back = 1; back <= length; back++) yield this.grants[(this.next - back + length) % length]!
  }
}
