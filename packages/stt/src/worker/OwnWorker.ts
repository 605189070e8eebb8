/** The service as a worker of its own: in the lists and messages it stands beside those of others. */
import { Schema } from "effect"
import type { Client } from "../client/Client.ts"
import { scopes } from "../client/Scope.ts"

const epoch = new Date(0)

/** Takes what names neither a model nor an infrastructure; it has no secret, and cannot be asked for a token. */
export const own: Client = {
  id: "aiguilleur",
  name: "Aiguilleur",
  secretHash: "",
  generation: 0,
  active: true,
  scopes,
  aiModel: null,
  infrastructure: null,
  treatUnspecified: true,
  transcriptionModel: null,
  transcriptionInfrastructure: null,
  enrichmentModel: null,
  enrichmentInfrastructure: null,
  translationModel: null,
  translationInfrastructure: null,
  monthlyMinutes: null,
  retentionDays: null,
  webhookCa: null,
  tokenLastRequestedAt: null,
  jobLastRequestedAt: null,
  jobLastTakenAt: null,
  jobLastSuccessAt: null,
  jobLastFailureAt: null,
  createdAt: epoch,
  updatedAt: epoch
}

/** The message is for whoever sent the medium. */
export class WorkError extends Schema.TaggedError<WorkError>()("WorkError", {
  message: Schema.String,
  /** Trying again may help. */
  isPassing: Schema.Boolean
}) {}
