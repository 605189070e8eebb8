/** A request that has ended, written over one that ended long before. */
import type { Caller, RoutingMode } from "./Caller.ts"
import type { Reason } from "./DispatchError.ts"
import { none } from "./Grant.ts"
import type { Attempt, Ending, Journey } from "./Journey.ts"
import type { Model } from "./Model.ts"
import type { Outcome } from "./Outcome.ts"
import type { ConstraintClass } from "./Room.ts"
import type { Server } from "./Server.ts"
import type { TicketState } from "./State.ts"
import type { Standing } from "./VirtualService.ts"

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

const alone: ReadonlyArray<Attempt> = []

export class Past {
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
  private used = false
  private readonly first = new Use()
  /** Of those that were tried in vain, the further uses: as they are, since most have none. */
  private others = alone

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
    this.used = attempts !== undefined
    if (attempts !== undefined) this.first.write(attempts[0]!)
    this.others = attempts === undefined || attempts.length === 1 ? alone : attempts.slice(1)
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
      attempts: this.used ? [this.first.read(), ...this.others] : [],
      room,
      ended: { ending, reason, at: endedAt }
    }
  }
}
