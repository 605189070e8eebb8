/** How the transcription service stands: `GET /dashboard/api/transcriptions`. */

export type Station = "upload" | "transcription" | "enrichment" | "translation" | "evaluation"

export interface StationRow {
  readonly station: Station
  readonly waiting: number
  readonly running: number
  /** Epoch milliseconds. */
  readonly oldestWaiting: number | null
  /** Seconds that the step took, of those that ended within the hour. */
  readonly seconds: readonly [p50: number, p95: number] | null
}

interface Job {
  readonly id: string
  readonly client: string
  readonly station: Station
  readonly priority: number
  /** Seconds; null for a text, or where it is not known yet. */
  readonly media: number | null
  readonly retries: number
}

export interface RunningJob extends Job {
  readonly since: number | null
  /** 0 to 1, where the worker tells. */
  readonly progress: number | null
  readonly by: string | null
}

export interface FailedJob extends Job {
  readonly at: number
  readonly cause: string
}

export interface Transcriptions {
  readonly at: number
  readonly stations: ReadonlyArray<StationRow>
  /** Within the last hour. */
  readonly ended: { readonly success: number; readonly failure: number; readonly mediaSeconds: number }
  readonly running: ReadonlyArray<RunningJob>
  /** Within the last day, the last first. */
  readonly failures: ReadonlyArray<FailedJob>
}
