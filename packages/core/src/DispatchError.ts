/** Why a ticket did not get, or did not keep, a server. Status codes belong to the edge. */
import { Schema } from "effect"

/** Refused on arrival: no such model. */
export class UnknownModel extends Schema.TaggedError<UnknownModel>()("UnknownModel", {
  model: Schema.String
}) {}

/** Refused, or failed after an edit: the key allows neither this model nor another way to it. */
export class NotAllowed extends Schema.TaggedError<NotAllowed>()("NotAllowed", {
  model: Schema.String
}) {}

/** Refused on arrival: the model already has as many waiting as the key tolerates. */
export class ThresholdReached extends Schema.TaggedError<ThresholdReached>()("ThresholdReached", {
  waiting: Schema.Int,
  threshold: Schema.Int
}) {}

/** No server is configured that this ticket may use: waiting would not help. */
export class NoServer extends Schema.TaggedError<NoServer>()("NoServer", {
  model: Schema.String
}) {}

/** Evicted: no server took it within its patience. `waited` in milliseconds. */
export class PatienceSpent extends Schema.TaggedError<PatienceSpent>()("PatienceSpent", {
  waited: Schema.Finite
}) {}

/** Failed: servers are configured, and none has been up for the grace period. */
export class NoServerUp extends Schema.TaggedError<NoServerUp>()("NoServerUp", {
  model: Schema.String
}) {}

/** Failed: its retries are spent, or every server it may use has failed it. */
export class AttemptsExhausted extends Schema.TaggedError<AttemptsExhausted>()("AttemptsExhausted", {
  attempts: Schema.Int
}) {}

/** Failed: the time from its first grant, retries included, is spent. */
export class TotalSpent extends Schema.TaggedError<TotalSpent>()("TotalSpent", {}) {}

/** Failed: the model left the configuration while it waited. */
export class ModelRemoved extends Schema.TaggedError<ModelRemoved>()("ModelRemoved", {
  model: Schema.String
}) {}

/** Failed: its key was revoked while it waited. */
export class KeyRevoked extends Schema.TaggedError<KeyRevoked>()("KeyRevoked", {}) {}

/** Refused or failed: the service is stopping. */
export class Stopping extends Schema.TaggedError<Stopping>()("Stopping", {}) {}

export const Reason = Schema.Union([
  UnknownModel,
  NotAllowed,
  ThresholdReached,
  NoServer,
  PatienceSpent,
  NoServerUp,
  AttemptsExhausted,
  TotalSpent,
  ModelRemoved,
  KeyRevoked,
  Stopping
])
export type Reason = typeof Reason.Type

/** A closed set of reasons; `ending` is the word of DESIGN §1 for it. */
export class DispatchError extends Schema.TaggedError<DispatchError>()("DispatchError", {
  ticket: Schema.String,
  ending: Schema.Literals(["refused", "evicted", "failed"]),
  reason: Reason
}) {}

/** Refused: before it ever waited. Evicted: its patience is spent. Failed: everything else. */
export const endingOf = (
  ticket: { readonly refused: boolean; readonly fresh: boolean },
  reason: Reason
): DispatchError["ending"] => {
  if (reason._tag === "PatienceSpent") return "evicted"
  return ticket.refused || ticket.fresh ? "refused" : "failed"
}
