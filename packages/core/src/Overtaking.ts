/** Who was served before a request that had come earlier, and by which rule of DESIGN §3.3 and §3.4. */
import { isEntitled } from "./Admission.ts"
import type { Grant } from "./Grant.ts"
import type { Journey } from "./Journey.ts"
import { effectivePriority } from "./ServiceOrder.ts"
import type { State } from "./State.ts"

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

const failedBy = ({ attempts }: Journey, url: string, at: number): boolean =>
  attempts.some(({ lease, outcome, releasedAt }) =>
    lease.server.url === url && (outcome === "Suspect" || outcome === "Misconfigured") && releasedAt! <= at
  )

const mayUse = (journey: Journey, grant: Grant): boolean => {
  const { url } = grant.server!
  for (const { server } of journey.room?.hosts ?? []) {
    if (server.url === url) return !failedBy(journey, url, grant.grantedAt)
  }
  return false
}

/** Many grants fall into one millisecond: leases are numbered in their order. */
const waitedDuring = ({ attempts }: Journey, { grantedAt, lease: id }: Grant): boolean =>
  !attempts.some(({ lease, releasedAt }) => lease.id < id && (releasedAt === undefined || releasedAt > grantedAt))

const ruleOf = (state: State, journey: Journey, overtaking: Grant): Rule => {
  const { caller, grantedAt, guests, leases } = overtaking
  const server = overtaking.server!
  if (!mayUse(journey, overtaking)) return "another-server"
  const { organisation } = journey.caller
  if (leases >= server.maxConcurrent && !isEntitled(state, journey.priority)) return "headroom"
  const own = effectivePriority(state.settings, journey.priority, journey.arrivedAt, grantedAt)
  const its = effectivePriority(state.settings, overtaking.priority, overtaking.arrivedAt, grantedAt)
  if (its > own) return "priority"
  const isKept = server.ownerReserve > 0 && guests >= server.maxConcurrent - server.ownerReserve
  if (isKept && caller!.organisation === server.organisation && organisation !== server.organisation) {
    return "owner-reserve"
  }
  if (its < own) return "policy"
  if (caller!.organisation !== organisation) return "fair-share"
  return caller!.key === journey.caller.key ? "policy" : "fair-share-of-keys"
}

/** The last twenty, the latest first; of one that was served, until its last lease, else until `until`. */
export const overtakings = (
  state: State,
  journey: Journey,
  served: number | undefined,
  until: number
): ReadonlyArray<Overtaking> => {
  const found: Array<Overtaking> = []
  for (const grant of state.journal.latest()) {
    const { arrivedAt, grantedAt, lease } = grant
    if (found.length === most || grantedAt < journey.arrivedAt) break
    if (served === undefined ? grantedAt > until : lease >= served) continue
    if (arrivedAt <= journey.arrivedAt || !waitedDuring(journey, grant)) continue
    // Of other models only those concern it that took a slot which it might have had.
    if (grant.model !== journey.model && !mayUse(journey, grant)) continue
    found.push({
      at: grantedAt,
      rule: ruleOf(state, journey, grant),
      priority: effectivePriority(state.settings, grant.priority, arrivedAt, grantedAt),
      sameOrganisation: grant.caller!.organisation === journey.caller.organisation
    })
  }
  return found
}
