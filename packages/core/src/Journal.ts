/**
 * What is remembered of requests so that their callers can ask why they waited: so many at most, and told of for a time.
 *
 * Thousands end in a second, and hardly one is ever asked about. So what is to be remembered is written into the places
 * of what is forgotten, and found by looking through all of it: nothing new grows old here, which a garbage collector
 * would have to carry, and no index is kept.
 */
import type { Reason } from "./DispatchError.ts"
import { Grant } from "./Grant.ts"
import type { Ending, Journey } from "./Journey.ts"
import { underWay } from "./Journey.ts"
import type { LeaseRecord } from "./Lease.ts"
import { Past } from "./Past.ts"
import type { Roster } from "./Roster.ts"
import type { Settings } from "./Settings.ts"
import type { TicketState } from "./State.ts"
import type { Standing } from "./VirtualService.ts"

/** Callers name their requests themselves; those of another organisation are never found under a name. */
const nameOf = (organisation: string, request: string): string => `${organisation}\u0000${request}`

export class Journal {
  private readonly keep: number
  private readonly most: number
  /** Of those that are alive, the last that their callers have given each name. */
  private readonly named = new Map<string, TicketState>()
  // Both are rings, written over from the start once they are full.
  private readonly endings: Array<Past> = []
  private nextEnding = 0
  private readonly grants: Array<Grant> = []
  private nextGrant = 0

  constructor({ explain, explained }: Pick<Settings, "explain" | "explained">) {
    this.keep = explain ?? 0
    this.most = this.keep > 0 ? explained : 0
  }

  arrived(ticket: TicketState): void {
    if (this.most === 0) return
    const { caller, id, requestId } = ticket.ticket
    // A ticket's own id needs no organisation, and no index: no other ticket has it.
    ticket.name = requestId === undefined ? id : nameOf(caller.organisation, requestId)
    if (requestId !== undefined) this.named.set(ticket.name, ticket)
  }

  /** `guests`: how many slots of its server they held just before; `standing` of its organisation, if it waited. */
  granted(ticket: TicketState, lease: LeaseRecord, guests: number, standing: Standing | undefined): void {
    if (this.most === 0) return
    const attempt = { lease, standing, releasedAt: undefined, outcome: undefined }
    if (ticket.attempts === undefined) ticket.attempts = [attempt]
    else ticket.attempts.push(attempt)
    if (this.grants.length < this.most) this.grants.push(new Grant())
    this.grants[this.nextGrant]!.write(lease, guests)
    this.nextGrant = (this.nextGrant + 1) % this.most
  }

  ended(ticket: TicketState, ending: Ending, reason: Reason["_tag"] | undefined, at: number): void {
    if (this.most === 0) return
    const { name, ticket: { requestId } } = ticket
    // A later request may go by the same name.
    if (requestId !== undefined && this.named.get(name) === ticket) this.named.delete(name)
    if (this.endings.length < this.most) this.endings.push(new Past())
    this.endings[this.nextEnding]!.write(ticket, ending, reason, at)
    this.nextEnding = (this.nextEnding + 1) % this.most
  }

  /** The last request of that name, alive or ended not long ago. */
  find(
    tickets: Roster<string, TicketState>,
    organisation: string,
    request: string,
    now: number
  ): { readonly journey: Journey; readonly alive: TicketState | undefined } | undefined {
    if (this.most === 0) return undefined
    const name = nameOf(organisation, request)
    const own = tickets.get(request)
    const isOwn = own?.ticket.requestId === undefined && own?.ticket.caller.organisation === organisation
    const alive = this.named.get(name) ?? (isOwn ? own : undefined)
    if (alive !== undefined) return { journey: underWay(alive), alive }
    for (const past of latest(this.endings, this.nextEnding)) {
      if (past.endedAt <= now - this.keep) return undefined
      if (past.name === name || (past.name === request && past.caller!.organisation === organisation)) {
        return { journey: past.read(), alive: undefined }
      }
    }
    return undefined
  }

  /** How many have ended and are remembered, and how many are alive under a name of their own. */
  get size(): number {
    return this.endings.length + this.named.size
  }

  /** The last grants, the latest first. What is yielded is written over by later ones. */
  latest(): Iterable<Grant> {
    return latest(this.grants, this.nextGrant)
  }
}

function* latest<A>(ring: ReadonlyArray<A>, next: number): Iterable<A> {
  const { length } = ring
  for (let back = 1; back <= length; back++) yield ring[(next - back + length) % length]!
}
