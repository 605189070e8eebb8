/** Law 1, kept as a ledger of what the notices say began and ended. */
import type { Notice } from "../../src/Notice.ts"

export class Ledger {
  private readonly tickets = new Set<string>()
  private readonly leases = new Map<number, string>()

  /** What is wrong with this notice, if anything. */
  watch(notice: Notice): string | undefined {
    switch (notice._tag) {
      case "Arrived":
        this.tickets.add(notice.ticket.id)
        return undefined
      case "Granted": {
        const { id, ticket } = notice.lease
        if (!this.tickets.has(ticket.id)) return `law 1: ${ticket.id} is granted a server after its end`
        if ([...this.leases.values()].includes(ticket.id)) return `law 1: ${ticket.id} has two leases`
        this.leases.set(id, ticket.id)
        return undefined
      }
      case "Released":
        if (!this.leases.delete(notice.lease.id)) return `law 1: lease ${notice.lease.id} is released twice`
        return notice.requeued ? undefined : this.end(notice.lease.ticket.id)
      case "Ended":
      case "Withdrawn":
        return this.end(notice.ticket.id)
      default:
        return undefined
    }
  }

  /** What is wrong with the numbers of living tickets and leases that the core gives. */
  balance(tickets: number, leases: number): string | undefined {
    if (this.leases.size !== leases) return `law 1: ${leases} leases are kept, ${this.leases.size} are held`
    return this.tickets.size === tickets ? undefined : `law 1: ${tickets} tickets are kept, ${this.tickets.size} live`
  }

  private end(ticket: string): string | undefined {
    return this.tickets.delete(ticket) ? undefined : `law 1: ${ticket} ends twice`
  }
}
