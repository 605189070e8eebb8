/** Gives the next job of a step to a worker: one statement, so that no two workers ever get the same one. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Clock, Context, Effect, Layer, Option, PubSub } from "effect"
import type { Fragment } from "effect/sql/Statement"
import type { Client } from "../client/Client.ts"
import { Clients } from "../client/Clients.ts"
import { Closing } from "../Closing.ts"
import type { Enrichment } from "../enrichment/Enrichment.ts"
import type { Step } from "../enrichment/Step.ts"
import { minutesBefore, now } from "../Instant.ts"
import type { Values } from "../parameter/Parameter.ts"
import { Parameters } from "../parameter/Parameters.ts"
import { Wake } from "../Wake.ts"

/** How often a poll looks for a job that somebody else is just changing. */
const looks = 100

/** A job that timed out is announced by nobody. */
const lookAgain = 5000

export interface Ask {
  readonly step: Step
  readonly worker: Client
  readonly taskId: string
  /** Of an evaluation. */
  readonly evaluator?: string
}

export class Taking extends Context.Service<Taking, {
  /** Uninterruptible, so that whoever asked can always hand out or take back what was found. */
  readonly take: (ask: Ask) => Effect.Effect<Option.Option<Enrichment>>
  /** The same, waiting for a job at most that many milliseconds; only the waiting can be interrupted. */
  readonly takeWithin: (ask: Ask, millis: number) => Effect.Effect<Option.Option<Enrichment>>
  /** It never reached its worker: the next one gets it at once, and it has cost no attempt. */
  readonly takeBack: (ask: Ask, enrichment: Enrichment) => Effect.Effect<void>
}>()("@aiguilleur/stt/Taking") {
  static readonly layer = Layer.effect(
    Taking,
    Effect.gen(function*() {
      const sql = yield* PgClient
      const parameters = yield* Parameters
      const clients = yield* Clients
      const wake = yield* Wake
      const closing = yield* Closing

      const matching = (column: string, own: string | null, treatUnspecified: boolean): Fragment => {
        const job = sql.literal(column)
        if (own === null) return sql`${job} IS NULL`
        return treatUnspecified ? sql`(${job} = ${own} OR ${job} IS NULL)` : sql`${job} = ${own}`
      }

      /** Model and infrastructure, each on its own. */
      const suits = ({ evaluator, step, worker }: Ask): Fragment => {
        if (step.name === "evaluation") return sql`e.ai_evaluation = ${evaluator ?? ""}`
        const [model, infrastructure] = step.name === "enrichment"
          ? ["e.ai_model", "e.infrastructure"] as const
          : [`c.${step.name}_model`, `c.${step.name}_infrastructure`] as const
        return sql`${matching(model, worker.aiModel, worker.treatUnspecified)}
          AND ${matching(infrastructure, worker.infrastructure, worker.treatUnspecified)}`
      }

      const columns = ({ name }: Step) => ({
        started: sql.literal(`${name}_started_at`),
        lease: sql.literal(`${name}_lease_at`),
        ended: sql.literal(`${name}_ended_at`),
        by: sql.literal(`${name}_by`),
        task: sql.literal(`${name}_task_id`),
        retries: sql.literal(`${name}_retries`)
      })

      /** What this worker may be given now. */
      const candidates = (ask: Ask, limits: Values, at: Date): Fragment => {
        const { lease, retries, started } = columns(ask.step)
        return sql`stt_enrichments e JOIN stt_clients c ON c.id = e.client_id
          WHERE NOT e.deleted AND (e.${started} IS NULL OR e.${retries} < ${limits[ask.step.retries]})
            AND (e.status = ${ask.step.waiting} OR (e.status = ${ask.step.running}
              AND coalesce(e.${lease}, e.${started}) <= ${minutesBefore(at, limits[ask.step.timeout])}))
            AND ${suits(ask)}`
      }

      // `skip locked` lets workers take side by side; the attempt is counted here, so that a crash still costs one.
      const takeUnlocked = Effect.fnUntraced(function*(ask: Ask, limits: Values, at: Date) {
        const { step, taskId, worker } = ask
        const { by, ended, lease, retries, started, task } = columns(step)
        const [row] = yield* sql<Enrichment>`
          WITH next AS MATERIALIZED (
            SELECT e.id FROM ${candidates(ask, limits, at)}
            ORDER BY e.priority DESC, e.latest_enrichment_requested_at, e.id
            LIMIT 1 FOR UPDATE OF e SKIP LOCKED
          ), taken AS (
            UPDATE stt_enrichments e SET status = ${step.running}, failure_cause = NULL, progress = NULL,
              ${retries} = e.${retries} + CASE WHEN e.${started} IS NULL THEN 0 ELSE 1 END,
              ${started} = ${at}, ${lease} = ${at}, ${ended} = NULL, ${by} = ${worker.id},
              ${task} = ${taskId}::uuid, updated_at = ${at}
            FROM next WHERE e.id = next.id RETURNING e.*
          ), noted AS (
            INSERT INTO stt_tasks (enrichment_id, step, task_id, version_id, client_id, taken_at)
            SELECT id, ${step.name}::text, ${taskId}::uuid, work_version_id, ${worker.id}::text, ${at}::timestamptz
            FROM taken
          )
          SELECT * FROM taken`
        return Option.fromUndefinedOr(row)
      })

      // A job whose row is locked at that moment, by what is noted about its webhook for one, is there all the same:
      // workers that cron runs would come for it a minute later.
      const take = Effect.fn("Taking.take")(function*(ask: Ask) {
        const at = yield* now
        const limits = yield* parameters.all
        for (let look = 1;; look++) {
          const found = yield* takeUnlocked(ask, limits, at)
          if (Option.isSome(found) || look === looks) return found
          const [locked] = yield* sql`SELECT 1 FROM ${candidates(ask, limits, at)} LIMIT 1`
          if (locked === undefined) return found
          yield* Effect.sleep("5 millis")
        }
      }, Effect.orDie)

      const stamped = Effect.fnUntraced(function*(ask: Ask, found: Option.Option<Enrichment>) {
        if (Option.isNone(found)) yield* clients.stamp(ask.worker.id, "jobLastRequestedAt")
        else yield* clients.stamp(ask.worker.id, "jobLastRequestedAt", "jobLastTakenAt")
        return found
      })

      const takeWithin = Effect.fn("Taking.takeWithin")(function*(ask: Ask, millis: number) {
        const subscription = yield* wake.subscribe
        const reached = PubSub.take(subscription).pipe(
          Effect.repeat({ until: (name) => name === ask.step.waiting || name === "all" })
        )
        const until = (yield* Clock.currentTimeMillis) + millis
        // Only the waiting ends with the time or with the service: a job that has been taken is handed out.
        while (true) {
          const found = yield* take(ask)
          const left = until - (yield* Clock.currentTimeMillis)
          if (Option.isSome(found) || left <= 0) return found
          const ended = yield* Effect.interruptible(Effect.raceFirst(
            Effect.as(Effect.timeoutOption(reached, Math.min(left, lookAgain)), false),
            Effect.as(closing.begun, true)
          ))
          if (ended) return Option.none()
        }
      }, Effect.scoped)

      const takeBack = Effect.fn("Taking.takeBack")(function*({ step, taskId, worker }: Ask, { id }: Enrichment) {
        const { by, lease, retries, started, task } = columns(step)
        yield* sql`
          WITH returned AS (
            UPDATE stt_enrichments SET status = ${step.waiting}, ${lease} = NULL, ${by} = NULL, ${task} = NULL,
              ${started} = CASE WHEN ${retries} = 0 THEN NULL ELSE ${started} END,
              ${retries} = greatest(0, ${retries} - 1)
            WHERE id = ${id} AND status = ${step.running} AND ${task} = ${taskId}::uuid AND ${by} = ${worker.id}
            RETURNING id
          )
          DELETE FROM stt_tasks USING returned WHERE enrichment_id = returned.id AND step = ${step.name}
            AND task_id = ${taskId}::uuid`
      }, Effect.orDie)

      return Taking.of({
        takeBack,
        take: (ask) => Effect.uninterruptible(Effect.flatMap(take(ask), (found) => stamped(ask, found))),
        takeWithin: (ask, millis) =>
          Effect.uninterruptible(Effect.flatMap(takeWithin(ask, millis), (found) => stamped(ask, found)))
      })
    })
  )
}
