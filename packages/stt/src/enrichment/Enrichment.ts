/** An enrichment as the database keeps it: one job from a medium to whatever was asked for about it. */
import type { Status } from "./Status.ts"
import type { StepName } from "./Step.ts"

type Suffix = "StartedAt" | "EndedAt" | "LeaseAt" | "By" | "TaskId" | "Retries"

type Value = { StartedAt: Date; EndedAt: Date; LeaseAt: Date; By: string; TaskId: string; Retries: number }

type StepColumns = {
  readonly [Name in `${StepName}${Suffix}`]: Name extends `${StepName}Retries` ? number
    : Name extends `${StepName}${infer S extends Suffix}` ? Value[S] | null
    : never
}

/** What a caller asks for; a version keeps a copy of it. */
export interface Parameters {
  readonly mediaTypes: ReadonlyArray<string>
  readonly disciplines: ReadonlyArray<string>
  readonly aiEvaluation: string | null
  readonly aiModel: string | null
  readonly infrastructure: string | null
  readonly language: string | null
  readonly translateTo: string | null
}

export interface Enrichment extends Parameters, StepColumns {
  readonly id: string
  readonly clientId: string
  readonly status: Status
  readonly failureCause: string | null
  readonly priority: number
  readonly contributors: ReadonlyArray<string>
  readonly endUserIdentifier: string | null
  readonly generateMetadata: boolean
  readonly generateQuiz: boolean
  readonly generateNotes: boolean
  readonly notificationUrl: string | null
  readonly notificationLevel: "default" | "task" | null
  readonly notificationStatus: string | null
  readonly notifiedAt: Date | null
  readonly sourceUrl: string | null
  readonly mediaKey: string | null
  readonly mediaName: string | null
  readonly mediaMime: string | null
  readonly mediaTextLength: number | null
  readonly mediaSeconds: number | null
  readonly initialVersionId: string | null
  readonly lastVersionId: string | null
  /** The version that the running or waiting step is about. */
  readonly workVersionId: string | null
  readonly aiGenerationCount: number
  readonly uploadAttempts: number
  readonly uploadStartedAt: Date | null
  readonly uploadEndedAt: Date | null
  readonly progress: number | null
  readonly latestEnrichmentRequestedAt: Date
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly deleted: boolean
}
