/** Who was served before a request that had come earlier, and by which rule of DESIGN §3.3 and §3.4. */
import { isEntitled } from "./Admission.ts"
import type { Attempt } from "./Journal.ts"
import type { LeaseRecord } from "./Lease.ts"
import { effectivePriority } from "./ServiceOrder.ts"
import type { State, TicketState } from "./State.ts"

export type Rule =
  /** It was more urgent, by then. */
  | "priority"
  /** Its organisation had had less service for its weight. */
  | "fair-share"
  /** Its key had had less service than another of the same organisation. */
  | "fair-share-of-keys"
  /** The slot was one of those that only the two best priorities may use. */
  | "headroom"
  /** The server keeps this slot for its owner. */
  | "owner-reserve"
  /** The server is not for the one that waited: by model, site, routing mode, or because it had failed it. */
  | "another-server"
  /** The server would have taken no request of the other model then. */
  | "policy"

export interface Overtaking {
  readonly at: number
  readonly rule: Rule
  /** Effective, of the one that overtook. */
  readonly priority: number
  readonly sameOrganisation: boolean
}

const most = 20

const failedBy = ({ attempts = [] }: TicketState, url: string, at: number): boolean =>
  attempts.some(({ lease, outcome, releasedAt }) =>
    lease.server.url === url && (outcome === "Suspect" || outcome === "Misconfigured") && releasedAt! <= at
  )

const mayUse = (ticket: TicketState, { lease: { grantedAt, server: { url } } }: Attempt): boolean => {
  for (const { server } of ticket.class?.hosts ?? []) if (server.url === url) return !failedBy(ticket, url, grantedAt)
  return false
}

/** Many grants fall into one millisecond: leases are numbered in their order. */
const waitedDuring = ({ attempts = [] }: TicketState, { grantedAt, id }: LeaseRecord): boolean =>
  !attempts.some(({ lease, releasedAt }) => lease.id < id && (releasedAt === undefined || releasedAt > grantedAt))

const ruleOf = (state: State, ticket: TicketState, overtaking: Attempt): Rule => {
  const { guests, lease } = overtaking
  const { grantedAt, leasesAtGrant, server } = lease
  if (!mayUse(ticket, overtaking)) return "another-server"
  const { organisation } = ticket.ticket.caller
  const other = lease.ticket.caller
  if (leasesAtGrant >= server.maxConcurrent && !isEntitled(state, ticket.priority)) return "headroom"
  const own = effectivePriority(state.settings, ticket.priority, ticket.arrivedAt, grantedAt)
  const its = effectivePriority(state.settings, lease.priority, lease.arrivedAt, grantedAt)
  if (its > own) return "priority"
  const isKept = server.ownerReserve > 0 && guests >= server.maxConcurrent - server.ownerReserve
  if (isKept && other.organisation === server.organisation && organisation !== server.organisation) {
    return "owner-reserve"
  }
  if (its < own) return "policy"
  if (other.organisation !== organisation) return "fair-share"
  return other.key === ticket.ticket.caller.key ? "policy" : "fair-share-of-keys"
}

/** The last twenty, the latest first; of one that was served, until its last grant, else until `until`. */
export const overtakings = (state: State, ticket: TicketState, until: number): ReadonlyArray<Overtaking> => {
  const served = ticket.waiting ? undefined : ticket.attempts?.at(-1)?.lease.id
  const found: Array<Overtaking> = []
  for (const attempt of state.journal.latest()) {
    const { arrivedAt, grantedAt, id, model, ticket: other } = attempt.lease
    if (found.length === most || grantedAt < ticket.arrivedAt) break
    if (served === undefined ? grantedAt > until : id >= served) continue
    if (arrivedAt <= ticket.arrivedAt || !waitedDuring(ticket, attempt.lease)) continue
    // Of other models only those concern it that took a slot which it might have had.
    if (model.name !== ticket.ticket.model && !mayUse(ticket, attempt)) continue
    found.push({
      at: grantedAt,
      rule: ruleOf(state, ticket, attempt),
      priority: effectivePriority(state.settings, attempt.lease.priority, arrivedAt, grantedAt),
      sameOrganisation: other.caller.organisation === ticket.ticket.caller.organisation
    })
  }
  return found
}
