/** How the transcription service stands, for those who run it: jobs by step, what is being worked on, what failed and why. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Clock, Context, Effect, Layer } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Enrichment } from "./Enrichment.ts"
import type { Status } from "./Status.ts"
import type { StepName } from "./Step.ts"
import { all as steps } from "./Step.ts"

export type Station = "upload" | StepName

export interface StationCount {
  readonly station: Station
  readonly waiting: number
  readonly running: number
  /** Epoch milliseconds. */
  readonly oldestWaiting: number | null
  /** Seconds that the step took, of those that ended within the hour; null where none did. */
  readonly seconds: readonly [p50: number, p95: number] | null
}

/** Never what it is about: names of files and texts belong to their owners. */
export interface Job {
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

export interface Standing {
  readonly stations: ReadonlyArray<StationCount>
  /** Within the last hour. */
  readonly ended: { readonly success: number; readonly failure: number; readonly mediaSeconds: number }
  readonly running: ReadonlyArray<RunningJob>
  /** Within the last day, the last first. */
  readonly failures: ReadonlyArray<FailedJob>
}

const most = 30
const hour = 3_600_000

const stations: ReadonlyArray<readonly [station: Station, waiting: Status, running: Status]> = [
  ["upload", "WAITING_MEIDA_UPLOAD", "UPLOADING_MEDIA"],
  ...steps.map(({ name, running, waiting }) => [name, waiting, running] as const)
]

/** Where a job is, or was when it failed: at the step that it began last. */
const stationOf = (row: Enrichment): Station => {
  const present = stations.find(([, waiting, running]) => row.status === waiting || row.status === running)
  if (present !== undefined) return present[0]
  let last: readonly [Station, number] = ["upload", 0]
  for (const { name } of steps) {
    const at = row[`${name}StartedAt`]?.getTime() ?? 0
    if (at > last[1]) last = [name, at]
  }
  return last[0]
}

const jobOf = (row: Enrichment): Job => {
  const station = stationOf(row)
  return {
    id: row.id,
    client: row.clientId,
    station,
    priority: row.priority,
    media: row.mediaSeconds,
    retries: station === "upload" ? Math.max(0, row.uploadAttempts - 1) : row[`${station}Retries`]
  }
}

const runningJob = (row: Enrichment): RunningJob => {
  const job = jobOf(row)
  const since = job.station === "upload" ? row.uploadStartedAt : row[`${job.station}StartedAt`]
  const by = job.station === "upload" ? null : row[`${job.station}By`]
  return { ...job, since: since?.getTime() ?? null, progress: row.progress, by }
}

const failedJob = (row: Enrichment): FailedJob => {
  const { client, id, media, priority, retries, station } = jobOf(row)
  return { id, client, station, priority, media, retries, at: row.updatedAt.getTime(), cause: row.failureCause ?? "" }
}

export class Overview extends Context.Service<Overview, {
  readonly read: Effect.Effect<Standing, SqlError>
}>()("@aiguilleur/stt/Overview") {
  static readonly layer = Layer.effect(
    Overview,
    Effect.gen(function*() {
      const sql = yield* PgClient

      const durations = (since: Date) =>
        Effect.forEach(steps, ({ name }) => {
          const [from, to] = [`${name}_started_at`, `${name}_ended_at`]
          return Effect.map(
            sql<{ seconds: ReadonlyArray<number> | null }>`SELECT percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (
                ORDER BY extract(epoch FROM ${sql(to)} - ${sql(from)})) AS seconds
              FROM stt_enrichments WHERE NOT deleted AND ${sql(to)} >= ${since} AND ${sql(from)} IS NOT NULL`,
            ([row]) => [name, row?.seconds ?? null] as const
          )
        })

      const read = Effect.gen(function*() {
        const now = yield* Clock.currentTimeMillis
        const since = new Date(now - hour)
        const [counts, ended, running, failures, took] = yield* Effect.all([
          sql<{ status: Status; jobs: number; oldest: Date }>`
            SELECT status, count(*)::int AS jobs, min(latest_enrichment_requested_at) AS oldest FROM stt_enrichments
            WHERE NOT deleted AND status NOT IN ('SUCCESS', 'FAILURE') GROUP BY status`,
          sql<{ status: Status; jobs: number; seconds: number }>`
            SELECT status, count(*)::int AS jobs, coalesce(sum(media_seconds), 0)::float8 AS seconds
            FROM stt_enrichments WHERE NOT deleted AND status IN ('SUCCESS', 'FAILURE') AND updated_at >= ${since}
            GROUP BY status`,
          sql<Enrichment>`SELECT * FROM stt_enrichments
            WHERE NOT deleted AND status IN ${sql.in(stations.map(([, , running]) => running))}
            ORDER BY latest_enrichment_requested_at LIMIT ${most}`,
          sql<Enrichment>`SELECT * FROM stt_enrichments
            WHERE NOT deleted AND status = 'FAILURE' AND updated_at >= ${new Date(now - 24 * hour)}
            ORDER BY updated_at DESC LIMIT ${most}`,
          durations(since)
        ])
        const byStatus = new Map(counts.map((row) => [row.status, row]))
        const seconds = new Map<Station, ReadonlyArray<number> | null>(took)
        const endedAs = (status: Status) => ended.find((row) => row.status === status)
        return {
          stations: stations.map(([station, waiting, running]) => {
            const [p50, p95] = seconds.get(station) ?? []
            return {
              station,
              waiting: byStatus.get(waiting)?.jobs ?? 0,
              running: byStatus.get(running)?.jobs ?? 0,
              oldestWaiting: byStatus.get(waiting)?.oldest.getTime() ?? null,
              seconds: p50 === undefined || p95 === undefined ? null : [p50, p95] as const
            }
          }),
          ended: {
            success: endedAs("SUCCESS")?.jobs ?? 0,
            failure: endedAs("FAILURE")?.jobs ?? 0,
            mediaSeconds: endedAs("SUCCESS")?.seconds ?? 0
          },
          running: running.map(runningJob),
          failures: failures.map(failedJob)
        } satisfies Standing
      })

      return Overview.of({ read })
    })
  )
}
