/** Service of organisations as the dispatcher's notices tell it: charged at the grant, corrected at the end, by weight. */
import type { Notice } from "@aiguilleur/core/Notice"
import { total } from "@aiguilleur/core/Work"

type Leases = Map<number, { readonly organisation: string; readonly charged: number }>

/** How far one of two organisations may be ahead of the other by law 6, and how far it was. */
export class Contest {
  private readonly weights: Readonly<Record<string, number>>
  private readonly leases: Leases = new Map()
  private readonly waiting = new Map<string, Set<string>>()
  private readonly service = new Map<string, number>()
  /** Of one request, expected or settled. */
  private readonly largest = new Map<string, number>()
  /** Errors of estimates that were in flight at each organisation's last grant and have shown since. */
  private readonly errors = new Map<string, { readonly open: Set<number>; sum: number }>()
  /** Counted from when all had work waiting for the first time. */
  private began = false
  /** The largest lead beyond what is allowed; negative or zero if law 6 held all the time. */
  excess = -Infinity

  constructor(weights: Readonly<Record<string, number>>) {
    this.weights = weights
    for (const name of Object.keys(weights)) {
      this.waiting.set(name, new Set())
      this.service.set(name, 0)
      this.largest.set(name, 0)
      this.errors.set(name, { open: new Set(), sum: 0 })
    }
  }

  readonly observe = (notice: Notice): void => {
    switch (notice._tag) {
      case "Arrived":
        this.waiting.get(notice.ticket.caller.organisation)?.add(notice.ticket.id)
        break
      case "Granted": {
        const { estimate, id, ticket } = notice.lease
        const { organisation } = ticket.caller
        if (this.waiting.get(organisation)?.delete(ticket.id) !== true) return
        const charged = total(estimate)
        this.leases.set(id, { organisation, charged })
        this.charge(organisation, charged)
        this.measure(organisation, charged)
        this.errors.set(organisation, { open: new Set(this.leases.keys()), sum: 0 })
        break
      }
      case "Released": {
        const lease = this.leases.get(notice.lease.id)
        if (lease === undefined) return
        this.leases.delete(notice.lease.id)
        const error = notice.cost - lease.charged
        this.charge(lease.organisation, error)
        this.measure(lease.organisation, notice.cost)
        for (const known of this.errors.values()) {
          if (known.open.delete(notice.lease.id)) known.sum += Math.abs(error) / this.weights[lease.organisation]!
        }
        break
      }
      case "Ended":
      case "Withdrawn":
        this.waiting.get(notice.ticket.caller.organisation)?.delete(notice.ticket.id)
    }
    this.compare()
  }

  /** Divided by weight. */
  get shares(): ReadonlyArray<number> {
    return [...this.service.values()]
  }

  private charge(organisation: string, cost: number): void {
    if (this.began) this.service.set(organisation, this.service.get(organisation)! + cost / this.weights[organisation]!)
  }

  private measure(organisation: string, cost: number): void {
    const share = cost / this.weights[organisation]!
    this.largest.set(organisation, Math.max(this.largest.get(organisation)!, share))
  }

  private compare(): void {
    this.began ||= [...this.waiting.values()].every((tickets) => tickets.size > 0)
    for (const [ahead, own] of this.service) {
      for (const [behind, other] of this.service) {
        const allowed = this.largest.get(ahead)! + this.largest.get(behind)! + this.errors.get(ahead)!.sum
        this.excess = Math.max(this.excess, own - other - allowed)
      }
    }
  }
}

/** Jain's index: 1 when all have had the same. */
export const jain = (shares: ReadonlyArray<number>): number => {
  const sum = shares.reduce((sum, share) => sum + share, 0)
  return sum ** 2 / (shares.length * shares.reduce((sum, share) => sum + share ** 2, 0))
}
