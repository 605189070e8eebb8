/**
 * What is remembered of requests so that their callers can ask why they waited: bounded in number and in time.
 *
 * Thousands end in a second, and hardly one is ever asked about. So what is to be remembered is written into the places
 * of what is forgotten, and found by looking through all of it: nothing new grows old here, which a garbage collector
 * would have to carry, and no index is kept.
 */
import type { Caller, RoutingMode } from "./Caller.ts"
import type { Reason } from "./DispatchError.ts"
import type { Attempt, Ending, Journey } from "./Journey.ts"
import { underWay } from "./Journey.ts"
import type { LeaseRecord } from "./Lease.ts"
import type { Model } from "./Model.ts"
import type { Outcome } from "./Outcome.ts"
import type { ConstraintClass } from "./Room.ts"
import type { Roster } from "./Roster.ts"
import type { Server } from "./Server.ts"
import type { Settings } from "./Settings.ts"
import type { TicketState } from "./State.ts"
import type { Standing } from "./VirtualService.ts"

/** Callers name their requests themselves; those of another organisation are never found under a name. */
const nameOf = (organisation: string, request: string): string => `${organisation}\u0000${request}`

/** Stands for a number that there is none of: a field that holds numbers alone is written without anything new. */
const none = Number.NaN

const known = (figure: number): number | undefined => Number.isNaN(figure) ? undefined : figure

/** A use of a server by a request that has ended. */
class Use {
  private id = none
  private server: Server | undefined = undefined
  private model: Model | undefined = undefined
  private grantedAt = none
  private releasedAt = none
  private candidates = none
  private leasesAtGrant = none
  private ttftAtGrant = none
  private prompt = none
  private output = none
  private standing: Standing | undefined = undefined
  private outcome: Outcome["_tag"] | undefined = undefined

  write({ lease, outcome, releasedAt, standing }: Attempt): void {
    this.id = lease.id
    this.server = lease.server
    this.model = lease.model
    this.grantedAt = lease.grantedAt
    this.releasedAt = releasedAt ?? none
    this.candidates = lease.candidates
    this.leasesAtGrant = lease.leasesAtGrant
    this.ttftAtGrant = lease.ttftAtGrant ?? none
    this.prompt = lease.estimate.prompt
    this.output = lease.estimate.output
    this.standing = standing
    this.outcome = outcome
  }

  read(): Attempt {
    const { candidates, grantedAt, id, leasesAtGrant, outcome, output, prompt, standing } = this
    const server = this.server!
    const model = this.model!
    const ttftAtGrant = known(this.ttftAtGrant)
    const estimate = { prompt, output }
    return {
      lease: { id, server, model, grantedAt, candidates, leasesAtGrant, ttftAtGrant, estimate },
      standing,
      releasedAt: known(this.releasedAt),
      outcome
    }
  }
}

/** A request that has ended. */
class Past {
  name = ""
  caller: Caller | undefined = undefined
  endedAt = none
  private id = ""
  private model = ""
  private arrivedAt = none
  private priority = none
  private mode: RoutingMode = "any"
  private waited = none
  private requeues = none
  private room: ConstraintClass | undefined = undefined
  private ending: Ending = "released"
  private reason: Reason["_tag"] | undefined = undefined
  private readonly uses: Array<Use> = []
  private used = 0

  write(ticket: TicketState, ending: Ending, reason: Reason["_tag"] | undefined, at: number): void {
    const { attempts, ticket: { caller, id, model } } = ticket
    this.name = ticket.name
    this.caller = caller
    this.endedAt = at
    this.id = id
    this.model = model
    this.arrivedAt = ticket.arrivedAt
    this.priority = ticket.priority
    this.mode = ticket.mode
    this.waited = ticket.waited
    this.requeues = ticket.requeues
    this.room = ticket.class
    this.ending = ending
    this.reason = reason
    this.used = attempts?.length ?? 0
    for (let at = 0; at < this.used; at++) {
      if (at === this.uses.length) this.uses.push(new Use())
      this.uses[at]!.write(attempts![at]!)
    }
    // Most have one use: places for more are not kept for the few that have them.
    if (this.uses.length > this.used) this.uses.length = Math.max(1, this.used)
  }

  read(): Journey {
    const { arrivedAt, ending, endedAt, id, mode, model, priority, reason, requeues, room, waited } = this
    return {
      ticket: id,
      model,
      caller: this.caller!,
      arrivedAt,
      priority,
      mode,
      waited,
      requeues,
      attempts: this.uses.slice(0, this.used).map((use) => use.read()),
      room,
      ended: { ending, reason, at: endedAt }
    }
  }
}

/** A grant, to whomever: what the others need to know of it. */
export class Grant {
  /** Leases are numbered in the order of their grants. */
  lease = none
  server: Server | undefined = undefined
  model = ""
  caller: Caller | undefined = undefined
  arrivedAt = none
  grantedAt = none
  /** Base. */
  priority = none
  /** Slots of the server that were taken just before, and those of them that guests held. */
  leases = none
  guests = none

  write(lease: LeaseRecord, guests: number): void {
    this.lease = lease.id
    this.server = lease.server
    this.model = lease.model.name
    this.caller = lease.ticket.caller
    this.arrivedAt = lease.arrivedAt
    this.grantedAt = lease.grantedAt
    this.priority = lease.priority
    this.leases = lease.leasesAtGrant
    this.guests = guests
  }
}

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
