/** A worker's report: checked against the task that it was given, applied once, answered the same way again. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Context, Effect, Layer, Option } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Client } from "../client/Client.ts"
import { Clients } from "../client/Clients.ts"
import type { Enrichment } from "../enrichment/Enrichment.ts"
import { Enrichments } from "../enrichment/Enrichments.ts"
import type { Step } from "../enrichment/Step.ts"
import { Transitions } from "../enrichment/Transitions.ts"
import type { Version } from "../enrichment/Version.ts"
import { Versions } from "../enrichment/Versions.ts"
import { now } from "../Instant.ts"
import { conflict, forbidden, missing, type Refusal } from "../Refusal.ts"

export interface Report {
  readonly step: Step
  readonly worker: Client
  readonly enrichmentId: string
  /** Absent for a transcription, which makes the first one. */
  readonly versionId?: string
  readonly taskId: string
  readonly status: string
  readonly failureCause: string
}

/** Writes what was made, inside the transaction; returns the version that it is in. */
export type Apply = (
  enrichment: Enrichment,
  version: Option.Option<Version>
) => Effect.Effect<string, Refusal | SqlError>

interface Task {
  readonly outcome: string | null
  readonly versionId: string | null
  readonly takenAt: Date
  readonly clientId: string
}

const notYours = (what: string) => forbidden(null, `You are not allowed to access this enrichment${what}`)

export class Completion extends Context.Service<Completion, {
  /** The version that holds the result, if there is one. */
  readonly complete: (report: Report, apply: Apply) => Effect.Effect<Option.Option<string>, Refusal>
  /** The worker is still at it: its time begins again. */
  readonly extend: (
    report: Pick<Report, "step" | "worker" | "enrichmentId" | "taskId">,
    progress: number | void
  ) => Effect.Effect<void, Refusal>
}>()("@aiguilleur/stt/Completion") {
  static readonly layer = Layer.effect(
    Completion,
    Effect.gen(function*() {
      const sql = yield* PgClient
      const clients = yield* Clients
      const enrichments = yield* Enrichments
      const versions = yield* Versions
      const transitions = yield* Transitions

      const found = Effect.fnUntraced(function*(id: string): Effect.fn.Return<Enrichment, Refusal | SqlError> {
        const enrichment = yield* enrichments.lock(id)
        if (Option.isNone(enrichment)) return yield* missing(null, `No enrichment with ID '${id}' has been found`)
        if (enrichment.value.deleted) return yield* missing(null, `The enrichment '${id}' has been deleted`)
        return enrichment.value
      })

      const versionOf = Effect.fnUntraced(function*(
        enrichment: Enrichment,
        id: string | undefined
      ): Effect.fn.Return<Option.Option<Version>, Refusal> {
        if (id === undefined) return Option.none()
        const version = yield* versions.find(id)
        if (Option.isNone(version)) return yield* missing(null, `No enrichment version with ID '${id}' has been found`)
        if (version.value.enrichmentId !== enrichment.id) {
          return yield* forbidden("id", `The enrichment version ${id} is not one of the enrichment ${enrichment.id}`)
        }
        return version
      })

      const taskOf = (report: Pick<Report, "enrichmentId" | "step" | "taskId">) =>
        Effect.map(
          sql<Task>`SELECT outcome, version_id, taken_at, client_id FROM stt_tasks
            WHERE enrichment_id = ${report.enrichmentId} AND step = ${report.step.name} AND task_id = ${report.taskId}
            ORDER BY taken_at DESC LIMIT 1`,
          ([row]) => row
        )

      const isCurrent = (
        enrichment: Enrichment,
        { step, taskId, worker }: Pick<Report, "step" | "taskId" | "worker">
      ) =>
        enrichment.status === step.running && enrichment[`${step.name}TaskId`] === taskId.toLowerCase()
        && enrichment[`${step.name}By`] === worker.id

      const finish = Effect.fnUntraced(function*(report: Report, task: Task, outcome: string, version: string | null) {
        yield* sql`UPDATE stt_tasks SET outcome = ${outcome}, version_id = ${version}::uuid, finished_at = ${yield* now}
          WHERE enrichment_id = ${report.enrichmentId} AND step = ${report.step.name} AND task_id = ${report.taskId}
            AND taken_at = ${task.takenAt}`
      })

      const outcome = Effect.fnUntraced(function*(
        report: Report,
        enrichment: Enrichment,
        version: Option.Option<Version>,
        apply: Apply
      ): Effect.fn.Return<{ readonly kind: string; readonly version: string | null }, Refusal | SqlError> {
        const { step } = report
        const current = Option.isSome(version) ? version.value.id : null
        if (report.status === "KO") {
          yield* transitions.fail(enrichment, report.failureCause || "The worker failed", step)
          return { kind: "KO", version: current }
        }
        const canReturn = step.name === "enrichment" || step.name === "translation"
        if (report.status === "UNAVAILABLE" && canReturn) {
          yield* enrichments.update(enrichment.id, { status: step.waiting, progress: null })
          return { kind: "UNAVAILABLE", version: current }
        }
        const made = yield* apply(enrichment, version)
        const changed = yield* enrichments.lock(enrichment.id)
        yield* transitions.complete(Option.getOrElse(changed, () => enrichment), step)
        return { kind: "OK", version: made }
      })

      const complete = Effect.fn("Completion.complete")(function*(report: Report, apply: Apply) {
        const { step, versionId, worker } = report
        const what = versionId === undefined ? "" : " version"
        const result = yield* sql.withTransaction(Effect.gen(function*() {
          const enrichment = yield* found(report.enrichmentId)
          const version = yield* versionOf(enrichment, versionId)
          const task = yield* taskOf(report)
          if (task === undefined || task.clientId !== worker.id) return yield* notYours(what)
          // The answer to the first report was lost on its way.
          if (task.outcome !== null) return { kind: "replayed", version: task.versionId }
          if (!isCurrent(enrichment, report)) {
            if (step.name === "transcription" && enrichment.initialVersionId !== null) {
              return yield* forbidden(null, "There is already an initial version found for the enrichment")
            }
            return yield* notYours(what)
          }
          if (Option.isSome(version) && version.value.id !== enrichment.workVersionId) return yield* notYours(what)
          const done = yield* outcome(report, enrichment, version, apply)
          yield* finish(report, task, done.kind, done.version)
          return done
        })).pipe(Effect.catchTag("SqlError", Effect.die))
        if (result.kind === "OK") yield* clients.stamp(worker.id, "jobLastSuccessAt")
        if (result.kind === "KO") yield* clients.stamp(worker.id, "jobLastFailureAt")
        return Option.fromNullOr(result.version)
      })

      const extend: Completion["Service"]["extend"] = Effect.fn("Completion.extend")(function*(report, progress) {
        yield* sql.withTransaction(Effect.gen(function*() {
          const enrichment = yield* found(report.enrichmentId)
          if (!isCurrent(enrichment, report)) {
            return yield* conflict(null, "The task is not running any more: it was given to another, or has ended")
          }
          yield* enrichments.update(enrichment.id, {
            [`${report.step.name}LeaseAt`]: yield* now,
            ...(progress === undefined ? {} : { progress })
          })
        })).pipe(Effect.catchTag("SqlError", Effect.die))
      })

      return Completion.of({ complete, extend })
    })
  )
}
