/** Who may call the service: a client of it, a worker for it, or both. */
import type { Scope } from "./Scope.ts"

export interface Client {
  readonly id: string
  readonly name: string
  readonly secretHash: string
  /** Raised to make every token, and the key of its webhooks, invalid. */
  readonly generation: number
  readonly active: boolean
  readonly scopes: ReadonlyArray<Scope>
  /** What it works with, as a worker. */
  readonly aiModel: string | null
  readonly infrastructure: string | null
  /** As a worker: takes jobs that name no model or infrastructure too. */
  readonly treatUnspecified: boolean
  /** Imposed on what it asks for, as a client. */
  readonly transcriptionModel: string | null
  readonly transcriptionInfrastructure: string | null
  readonly enrichmentModel: string | null
  readonly enrichmentInfrastructure: string | null
  readonly translationModel: string | null
  readonly translationInfrastructure: string | null
  /** Of media, by calendar month. */
  readonly monthlyMinutes: number | null
  readonly retentionDays: number | null
  /** Authority of its webhook's certificate, in PEM. */
  readonly webhookCa: string | null
  readonly tokenLastRequestedAt: Date | null
  readonly jobLastRequestedAt: Date | null
  readonly jobLastTakenAt: Date | null
  readonly jobLastSuccessAt: Date | null
  readonly jobLastFailureAt: Date | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** What a person may choose. */
export interface Choices {
  readonly name: string
  readonly scopes: ReadonlyArray<Scope>
  readonly active: boolean
  readonly aiModel: string | null
  readonly infrastructure: string | null
  readonly treatUnspecified: boolean
  readonly transcriptionModel: string | null
  readonly transcriptionInfrastructure: string | null
  readonly enrichmentModel: string | null
  readonly enrichmentInfrastructure: string | null
  readonly translationModel: string | null
  readonly translationInfrastructure: string | null
  readonly monthlyMinutes: number | null
  readonly retentionDays: number | null
  readonly webhookCa: string | null
}

export type Stamp =
  | "tokenLastRequestedAt"
  | "jobLastRequestedAt"
  | "jobLastTakenAt"
  | "jobLastSuccessAt"
  | "jobLastFailureAt"
