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

/** How it ended. */
export interface Ended {
  readonly ending: Ending
  readonly reason: Reason["_tag"] | undefined
  readonly at: number
}

/** Callers name their requests themselves; those of another organisation are never found under a name. */
const nameOf = (organisation: string, request: string): string => `${organisation}\u0000${request}`

/** A ticket's own id needs no organisation: no other ticket has it. */
const entryOf = ({ ticket: { caller, id, requestId } }: TicketState): string =>
  requestId === undefined ? id : nameOf(caller.organisation, requestId)

export class Journal {
  private readonly keep: number
  private readonly most: number
  private readonly byName = new Map<string, TicketState>()
  /** On a ring, in the order of their endings: `past` of them, the oldest at `oldest`. */
  private readonly endings: Array<TicketState | undefined> = []
  private past = 0
  private oldest = 0
  /** The last grants, on a ring. */
  private readonly grants: Array<Attempt> = []
  private next = 0

  constructor({ explain, explained }: Pick<Settings, "explain" | "explained">) {
    this.keep = explain ?? 0
    this.most = this.keep > 0 ? explained : 0
  }

  arrived(ticket: TicketState): void {
    if (this.most === 0) return
    ticket.name = entryOf(ticket)
    this.byName.set(ticket.name, ticket)
  }

  granted(ticket: TicketState, attempt: Attempt): void {
    if (this.most === 0) return
    ;(ticket.attempts ??= []).push(attempt)
    if (this.grants.length < this.most) this.grants.push(attempt)
    else this.grants[this.next] = attempt
    this.next = (this.next + 1) % this.most
  }

  ended(ticket: TicketState, ending: Ending, reason: Reason["_tag"] | undefined, at: number): void {
    if (this.most === 0) return
    if (this.past === this.most) this.forget()
    ticket.ended = { ending, reason, at }
    this.endings[(this.oldest + this.past) % this.most] = ticket
    this.past++
    while (this.endings[this.oldest]!.ended!.at <= at - this.keep) this.forget()
  }

  private forget(): void {
    const ticket = this.endings[this.oldest]!
    this.endings[this.oldest] = undefined
    this.oldest = (this.oldest + 1) % this.most
    this.past--
    // A later request may go by the same name.
    if (this.byName.get(ticket.name) === ticket) this.byName.delete(ticket.name)
  }

  /** The last request of that name, alive or ended not long ago; `ended` is undefined for one that is alive. */
  find(organisation: string, request: string, now: number) {
    const named = this.byName.get(nameOf(organisation, request))
    const own = named ?? this.byName.get(request)
    const ticket = named === undefined && own?.ticket.caller.organisation !== organisation ? undefined : own
    if (ticket === undefined) return undefined
    const { ended } = ticket
    return ended !== undefined && ended.at <= now - this.keep ? undefined : { ticket, ended }
  }

  /** How many are remembered, those that are alive included. */
  get size(): number {
    return this.byName.size
  }

  /** Of the last grants, the latest first. */
  *latest(): Iterable<Attempt> {
    const { length } = this.grants
    for (let back = 1; back <= length; back++) yield this.grants[(this.next - back + length) % length]!
  }
}
