/** What the database knows of the service's own work: which process has it, what of it is finished, what was left behind. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Context, Effect, Layer, Option } from "effect"
import type { Enrichment } from "../enrichment/Enrichment.ts"
import type { Step } from "../enrichment/Step.ts"
import { now } from "../Instant.ts"
import { Parameters } from "../parameter/Parameters.ts"
import { Presence } from "../Presence.ts"
import { json } from "../Sql.ts"
import * as OwnWorker from "./OwnWorker.ts"

interface Left {
  readonly enrichmentId: string
  readonly progressed: boolean
}

export class OwnTasks extends Context.Service<OwnTasks, {
  /** Whether a job of the step waits. */
  readonly isWaiting: (step: Step) => Effect.Effect<boolean>
  /** This process has it. */
  readonly claim: (enrichment: Enrichment, step: Step, taskId: string) => Effect.Effect<void>
  /** Back to those that wait, unless its attempts are spent: then false. */
  readonly giveBack: (enrichment: Enrichment, step: Step, taskId: string) => Effect.Effect<boolean>
  /** What processes that are gone were at waits again. It costs an attempt only where nothing was finished. */
  readonly recover: (step: Step) => Effect.Effect<void>
  readonly find: (enrichment: string, step: Step, key: string) => Effect.Effect<Option.Option<unknown>>
  readonly keep: (enrichment: string, step: Step, key: string, result: unknown) => Effect.Effect<void>
  /** Nothing is kept of a step that has ended. */
  readonly forget: (enrichment: string, step: Step) => Effect.Effect<void>
}>()("@aiguilleur/stt/OwnTasks") {
  static readonly layer = Layer.effect(
    OwnTasks,
    Effect.gen(function*() {
      const sql = yield* PgClient
      const presence = yield* Presence
      const parameters = yield* Parameters
      const column = (step: Step, name: string) => sql.literal(`${step.name}_${name}`)

      const giveBack = Effect.fn("OwnTasks.giveBack")(function*(enrichment: Enrichment, step: Step, taskId: string) {
        const limits = yield* parameters.all
        const rows = yield* sql`UPDATE stt_enrichments SET status = ${step.waiting}, progress = NULL,
            updated_at = ${yield* now}
          WHERE id = ${enrichment.id} AND status = ${step.running} AND ${column(step, "task_id")} = ${taskId}::uuid
            AND ${column(step, "retries")} < ${limits[step.retries]} RETURNING id`
        return rows.length > 0
      }, Effect.orDie)

      const recover = Effect.fn("OwnTasks.recover")(function*(step: Step) {
        const at = yield* now
        const left = yield* sql<Left>`SELECT w.enrichment_id, EXISTS (SELECT 1 FROM stt_pieces p
              WHERE p.enrichment_id = w.enrichment_id AND p.step = w.step AND p.finished_at >= w.taken_at) AS progressed
          FROM stt_own_work w WHERE w.step = ${step.name} AND ${presence.abandoned("owner")}`
        for (const { enrichmentId, progressed } of left) {
          yield* sql.withTransaction(Effect.gen(function*() {
            const gone = yield* sql`DELETE FROM stt_own_work
              WHERE enrichment_id = ${enrichmentId} AND step = ${step.name} AND ${presence.abandoned("owner")}
              RETURNING step`
            if (gone.length === 0) return
            yield* sql`UPDATE stt_enrichments SET status = ${step.waiting}, updated_at = ${at},
                ${column(step, "started_at")} = CASE WHEN ${progressed}::boolean
                  AND ${column(step, "retries")} = 0 THEN NULL ELSE ${column(step, "started_at")} END,
                ${column(step, "retries")} = greatest(0, ${column(step, "retries")}
                  - CASE WHEN ${progressed}::boolean THEN 1 ELSE 0 END)
              WHERE id = ${enrichmentId} AND status = ${step.running}
                AND ${column(step, "by")} = ${OwnWorker.own.id} AND NOT deleted`
          }))
        }
      }, Effect.orDie)

      return OwnTasks.of({
        isWaiting: (step) =>
          sql`SELECT 1 FROM stt_enrichments WHERE NOT deleted AND status = ${step.waiting} LIMIT 1`.pipe(
            Effect.map((rows) => rows.length > 0),
            Effect.orDie
          ),
        claim: Effect.fnUntraced(function*(enrichment, step, taskId) {
          yield* Effect.orDie(
            sql`INSERT INTO stt_own_work (enrichment_id, step, task_id, owner, taken_at)
              VALUES (${enrichment.id}, ${step.name}, ${taskId}::uuid, ${presence.owner}, ${yield* now})
              ON CONFLICT (enrichment_id, step) DO UPDATE SET task_id = excluded.task_id, owner = excluded.owner,
                taken_at = excluded.taken_at`
          )
        }),
        giveBack,
        recover,
        find: (enrichment, step, key) =>
          sql<{ result: unknown }>`SELECT result FROM stt_pieces
            WHERE enrichment_id = ${enrichment} AND step = ${step.name} AND key = ${key}`.pipe(
            Effect.map(([row]) => row === undefined ? Option.none() : Option.some(row.result)),
            Effect.orDie
          ),
        keep: Effect.fnUntraced(function*(enrichment, step, key, result) {
          yield* Effect.orDie(
            // Of what was deleted meanwhile nothing is kept: the lock waits for a deletion that is under way.
            sql`INSERT INTO stt_pieces (enrichment_id, step, key, result, finished_at)
              SELECT id, ${step.name}, ${key}, ${json(result)}::json, ${yield* now}::timestamptz
              FROM stt_enrichments WHERE id = ${enrichment} AND NOT deleted FOR SHARE
              ON CONFLICT (enrichment_id, step, key) DO UPDATE SET result = excluded.result,
                finished_at = excluded.finished_at`
          )
        }),
        forget: (enrichment, step) =>
          Effect.all([
            sql`DELETE FROM stt_own_work WHERE enrichment_id = ${enrichment} AND step = ${step.name}`,
            sql`DELETE FROM stt_pieces WHERE enrichment_id = ${enrichment} AND step = ${step.name}`
          ], { discard: true }).pipe(Effect.orDie)
      })
    })
  )
}
