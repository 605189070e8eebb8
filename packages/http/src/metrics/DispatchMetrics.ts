/** What the dispatcher did, counted as it does it: arrivals, grants, waits, endings, attempts, ejections. */
import type { LeaseRecord } from "@aiguilleur/core/Lease"
import type { Notice } from "@aiguilleur/core/Notice"
import type { Ticket } from "@aiguilleur/core/Ticket"
import { add, at, Cells } from "./Cells.ts"
import { counter, histogram } from "./Definition.ts"
import { Histogram } from "./Histogram.ts"
import type { MetricsText } from "./MetricsText.ts"

const request = ["model", "organisation", "priority"] as const
const waits = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600]

export const definitions = {
  arrived: counter(
    "aiguilleur_requests_arrived_total",
    "requests",
    "Requests that came to the dispatcher, by the priority that they asked for and may have",
    ...request
  ),
  granted: counter(
    "aiguilleur_requests_granted_total",
    "grants",
    "Times that a request was given a slot of a server, each retry counted",
    ...request
  ),
  requeued: counter(
    "aiguilleur_requests_requeued_total",
    "requeues",
    "Times that a request had to wait: it was not granted on arrival, or came back from a server that was busy or down",
    ...request
  ),
  ended: counter(
    "aiguilleur_requests_ended_total",
    "requests",
    "Requests that ended: released (served), refused on arrival, evicted (patience spent), withdrawn (the client left), " +
      "failed",
    ...request,
    "ending"
  ),
  wait: histogram(waits)(
    "aiguilleur_queue_wait_seconds",
    "seconds",
    "Time that a request waited before its first grant",
    ...request
  ),
  service: counter(
    "aiguilleur_service_tokens_total",
    "tokens",
    "Service as shares count it: prompt + 2 × output tokens of settled leases",
    "organisation"
  ),
  settlements: counter(
    "aiguilleur_settlements_total",
    "leases",
    "Leases that were paid for, by what their cost rests on: reported by the engine, counted from what passed, or " +
      "estimated because either was missing or could not be meant",
    "model",
    "server",
    "basis"
  ),
  absurd: counter(
    "aiguilleur_usage_absurd_total",
    "answers",
    "Answers whose engine gave figures of usage that cannot be meant: negative, no numbers, or beyond any context",
    "model",
    "server"
  ),
  attempts: counter(
    "aiguilleur_attempts_total",
    "leases",
    "Leases that ended on a server, by outcome (docs/faults.md)",
    "model",
    "server",
    "outcome"
  ),
  ejections: counter(
    "aiguilleur_ejections_total",
    "ejections",
    "Times that a server was ejected, by cause: Down, Suspect, Misconfigured, Operator",
    "server",
    "because"
  ),
  holdOffs: counter("aiguilleur_hold_offs_total", "pauses", "Times that a server asked for a pause", "server")
}

interface RequestCell {
  arrived: number
  granted: number
  requeued: number
  readonly ended: Map<string, number>
  readonly wait: Histogram
}

const makeRequest = (): RequestCell => ({
  arrived: 0,
  granted: 0,
  requeued: 0,
  ended: new Map(),
  wait: new Histogram(waits)
})

export class DispatchMeter {
  private readonly bestPriority: number
  private readonly requests = new Cells<Array<RequestCell>>(() => [])
  private readonly attempts = new Cells<Map<string, number>>(() => new Map())
  private readonly settlements = new Cells<Map<string, number>>(() => new Map())
  private readonly ejections = new Map<string, Map<string, number>>()
  private readonly holdOffs = new Map<string, number>()
  private readonly service = new Map<string, number>()

  constructor(bestPriority: number) {
    this.bestPriority = bestPriority
  }

  observe(notice: Notice): void {
    switch (notice._tag) {
      case "Arrived":
        this.of(notice.ticket).arrived++
        return
      case "Granted":
        return this.granted(notice.lease)
      case "Ended":
      case "Withdrawn": {
        const cell = this.of(notice.ticket)
        // Counted at the grant for those that had one.
        if (notice.grants === 0) cell.requeued += notice.requeues
        return add(cell.ended, notice._tag === "Ended" ? notice.ending : "withdrawn")
      }
      case "Released":
        return this.released(notice)
      case "Ejected": {
        let own = this.ejections.get(notice.url)
        if (own === undefined) this.ejections.set(notice.url, own = new Map())
        return add(own, notice.because)
      }
      case "HeldOff":
        return add(this.holdOffs, notice.url)
    }
  }

  private granted(lease: LeaseRecord): void {
    const cell = this.at(lease)
    cell.granted++
    if (lease.attempt > 1) return
    cell.requeued += lease.requeues
    cell.wait.record(lease.waited / 1_000)
  }

  private released({ absurd, basis, cost, lease, outcome, requeued }: Extract<Notice, { _tag: "Released" }>): void {
    const { ticket } = lease
    add(this.attempts.of(lease.model.name, lease.server.url), outcome._tag)
    add(this.service, ticket.caller.organisation, cost)
    const settlements = this.settlements.of(lease.model.name, lease.server.url)
    if (basis !== undefined) add(settlements, basis)
    if (absurd) add(settlements, "absurd")
    const cell = this.at(lease)
    if (!requeued) add(cell.ended, endingOf[outcome._tag])
    else if (outcome._tag === "Busy" || outcome._tag === "Down") cell.requeued++
  }

  private of({ caller, model, priority }: Ticket): RequestCell {
    const base = Math.max(0, Math.min(priority ?? caller.priority, caller.priority, this.bestPriority))
    return at(this.requests.of(model, caller.organisation), base, makeRequest)
  }

  private at({ model, priority, ticket }: LeaseRecord): RequestCell {
    return at(this.requests.of(model.name, ticket.caller.organisation), priority, makeRequest)
  }

  /** Every model, organisation and priority that there was a request of. */
  *kinds(): Iterable<readonly [model: string, organisation: string, priority: number]> {
    for (const [model, organisation, cells] of this.requests) {
      for (const priority of cells.keys()) if (cells[priority] !== undefined) yield [model, organisation, priority]
    }
  }

  write(text: MetricsText): void {
    for (const [model, organisation, cells] of this.requests) {
      for (const [priority, cell] of cells.entries()) {
        if (cell === undefined) continue
        const labels = [model, organisation, priority]
        text.add(definitions.arrived, cell.arrived, ...labels)
        text.add(definitions.granted, cell.granted, ...labels)
        text.add(definitions.requeued, cell.requeued, ...labels)
        for (const [ending, count] of cell.ended) text.add(definitions.ended, count, ...labels, ending)
        text.distribution(definitions.wait, cell.wait, ...labels)
      }
    }
    for (const [organisation, tokens] of this.service) text.add(definitions.service, tokens, organisation)
    for (const [model, server, counts] of this.settlements) {
      const { absurd = 0, ...bases } = Object.fromEntries(counts)
      text.add(definitions.absurd, absurd, model, server)
      for (const [basis, count] of Object.entries(bases)) text.add(definitions.settlements, count, model, server, basis)
    }
    for (const [model, server, outcomes] of this.attempts) {
      for (const [outcome, count] of outcomes) text.add(definitions.attempts, count, model, server, outcome)
    }
    for (const [server, causes] of this.ejections) {
      for (const [because, count] of causes) text.add(definitions.ejections, count, server, because)
    }
    for (const [server, count] of this.holdOffs) text.add(definitions.holdOffs, count, server)
  }
}

/** What becomes of a request whose lease came back for good; where a retry was due but the service stops, it failed. */
const endingOf = {
  Served: "released",
  Client: "released",
  Withdrawn: "withdrawn",
  Broken: "failed",
  Expired: "failed",
  Down: "failed",
  Suspect: "failed",
  Busy: "failed",
  Misconfigured: "failed"
} as const
