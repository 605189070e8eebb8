/**
 * Why a server does not take a ticket now: the first term of `admits` (DESIGN §3.4) that says no, in a word. To be asked
 * between decisions: then no owner waits whom the server would take, so the owner's reserve is never what stands in the way.
 */
import { admitted, guestHigh, isEjected, ownerHigh, takesOne } from "./Admission.ts"
import type { ModelState, Pair, State } from "./State.ts"

export type Obstacle =
  /** It has left the configuration. */
  | "removed"
  | "draining"
  | "ejected"
  /** The engine does not know the model. */
  | "unknown-model"
  /** It asked for a pause. */
  | "held-off"
  /** Cold or half-open, and its one trial is under way. */
  | "trial"
  | "full"
  /** Its p95 time to first token is above the threshold. */
  | "slow"

/** Of one kind of ticket (`kindOf`); undefined where the server would take it. */
export const obstacle = (
  state: State,
  model: ModelState,
  pair: Pair,
  now: number,
  kind: number
): Obstacle | undefined => {
  const { host } = pair
  if (host.removed) return "removed"
  if (host.draining !== undefined) return "draining"
  if (isEjected(host, now)) return "ejected"
  if (now < pair.unknownUntil) return "unknown-model"
  if (now < host.heldOffUntil) return "held-off"
  if (host.leases > 0 && takesOne(host, now)) return "trial"
  if ((admitted(state, model, pair, now) & kind) !== 0) return undefined
  const { headroom, maxConcurrent } = host.server
  const high = (kind & (ownerHigh | guestHigh)) !== 0
  return host.leases >= maxConcurrent + (high ? headroom : 0) ? "full" : "slow"
}
