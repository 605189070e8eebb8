/** Bugs to be planted in a copy of the core, each of which breaks one law: as it is written, and as it would be wrong. */

export interface Planted {
  readonly law: number
  readonly what: string
  /** Under `packages/core/src`. */
  readonly file: string
  readonly from: string
  readonly to: string
}

export const planted: ReadonlyArray<Planted> = [
  {
    law: 1,
    what: "a lease that comes back is not crossed out",
    file: "apply/Release.ts",
    from: "  state.leases.delete(lease.id)\n",
    to: ""
  },
  {
    law: 1,
    what: "a ticket that has ended is kept",
    file: "apply/Arrival.ts",
    from: "  state.tickets.delete(ticket.ticket.id)\n",
    to: ""
  },
  {
    law: 2,
    what: "guests may take one slot of the owner's reserve",
    file: "Admission.ts",
    from: "guests < maxConcurrent - ownerReserve",
    to: "guests <= maxConcurrent - ownerReserve"
  },
  {
    law: 2,
    what: "headroom is open to every priority",
    file: "Admission.ts",
    from: "host.leases < maxConcurrent + headroom) ? ownerHigh : nobody",
    to: "host.leases < maxConcurrent + headroom) ? ownerLow | ownerHigh : nobody"
  },
  {
    law: 3,
    what: "the service of keys is not compared",
    file: "ServiceOrder.ts",
    from: "  account.service - b.account!.service ||\n",
    to: ""
  },
  {
    law: 3,
    what: "of two organisations with equal service the one seen first goes first",
    file: "Selection.ts",
    from: "accounts[row]!.service > best.service",
    to: "accounts[row]!.service >= best.service"
  },
  {
    law: 4,
    what: "the end of a hold-off wakes nobody",
    file: "Wake.ts",
    from: "    at(host.heldOffUntil)\n",
    to: ""
  },
  {
    law: 4,
    what: "a time to first token that is forgotten wakes nobody",
    file: "Wake.ts",
    from: "at(pair.ttft.changesAt(now))",
    to: "at(undefined)"
  },
  {
    law: 5,
    what: "the sites of a key are not looked at",
    file: "Admission.ts",
    from: "    (limits.sites === undefined || limits.sites.includes(server.site)) &&\n",
    to: ""
  },
  {
    law: 5,
    what: "a ticket may go back to a server that failed it",
    file: "Admission.ts",
    from: "ticket.class!.hosts.has(host) && ticket.excluded?.has(host) !== true",
    to: "ticket.class!.hosts.has(host)"
  },
  {
    law: 6,
    what: "settlement forgets the weight",
    file: "VirtualService.ts",
    from: "charge(to, weight) - charge(from, weight)",
    to: "charge(to, 1) - charge(from, 1)"
  },
  {
    law: 6,
    what: "an organisation that comes back is not lifted: it saves up credit",
    file: "VirtualService.ts",
    from: "    if (account.service < level.floor) account.service = level.floor\n",
    to: ""
  },
  {
    law: 6,
    what: "what was estimated is never corrected",
    file: "apply/Settlement.ts",
    from: "settle(ticket.account!, total(estimate), total(cost), weight)",
    to: "settle(ticket.account!, total(estimate), total(estimate), weight)"
  },
  {
    law: 7,
    what: "ageing stops one step short of the best priority",
    file: "ServiceOrder.ts",
    from: "Math.min(bestPriority, base + Math.floor",
    to: "Math.min(Math.max(base, bestPriority - 1), base + Math.floor"
  },
  {
    law: 7,
    what: "a caller may be more patient than its model",
    file: "Deadline.ts",
    from: "Math.min(maxWait ?? Infinity, model!.model.patience)",
    to: "maxWait ?? model!.model.patience"
  },
  {
    law: 8,
    what: "a strategy remembers how often it was asked",
    file: "strategy/RoundRobin.ts",
    from: "export const choose = ({ candidates, turn }: Choice): Candidate => {\n",
    to:
      "let calls = 0\nexport const choose = ({ candidates, turn }: Choice): Candidate => {\n  if (++calls % 3 === 0) return candidates[0]!\n"
  },
  {
    law: 8,
    what: "a strategy throws dice of its own",
    file: "strategy/LeastBusy.ts",
    from: "Math.floor(roll * ties.length)",
    to: "Math.floor(Math.random() * ties.length)"
  },
  {
    law: 9,
    what: "a second ejection lasts no longer than the first",
    file: "apply/Health.ts",
    from: "Math.max(second, 2 * last)",
    to: "Math.max(second, last)"
  },
  {
    law: 9,
    what: "where pools join, the smaller counter stays",
    file: "apply/Topology.ts",
    from: "known ? Math.max(own.service, distance) : distance",
    to: "known ? Math.min(own.service, distance) : distance"
  }
]
