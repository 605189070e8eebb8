/** Ends what nobody will finish, deletes what was kept long enough, and sweeps up what was left behind. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Context, Effect, Layer, Option, Schedule } from "effect"
import type { Enrichment } from "../enrichment/Enrichment.ts"
import { Enrichments } from "../enrichment/Enrichments.ts"
import { Removal } from "../enrichment/Removal.ts"
import { all as steps, type Step } from "../enrichment/Step.ts"
import { Transitions } from "../enrichment/Transitions.ts"
import { minutesBefore, now } from "../Instant.ts"
import type { Values } from "../parameter/Parameter.ts"
import { Parameters } from "../parameter/Parameters.ts"
import { Settings } from "../Settings.ts"

export interface Cleaned {
  readonly failed: number
  readonly deleted: number
}

const nouns = {
  transcription: "transcription",
  enrichment: "enrichment",
  translation: "translation",
  evaluation: "evaluation"
}

/** Every counter that is spent is named, as the original does. */
const causeOf = (enrichment: Enrichment, limits: Values): string =>
  steps
    .filter(({ name, retries }) =>
      enrichment[`${name}StartedAt`] !== null && enrichment[`${name}Retries`] >= limits[retries]
    )
    .map(({ name }) => `Max ${nouns[name]} retries reached (${enrichment[`${name}Retries`]})`)
    .join(" ")

const isSpent = (enrichment: Enrichment, step: Step, limits: Values, at: Date): boolean => {
  const started = enrichment[`${step.name}LeaseAt`] ?? enrichment[`${step.name}StartedAt`]
  return (enrichment.status === step.waiting || enrichment.status === step.running)
    && enrichment[`${step.name}Retries`] >= limits[step.retries]
    && started !== null && started <= minutesBefore(at, limits[step.timeout])
}

const isStuck = ({ status, uploadStartedAt }: Enrichment, limits: Values, at: Date): boolean =>
  status === "UPLOADING_MEDIA"
  && (uploadStartedAt === null || uploadStartedAt <= minutesBefore(at, limits.UPLOAD_TIMEOUT))

export class CleanUp extends Context.Service<CleanUp, {
  readonly run: Effect.Effect<Cleaned>
}>()("@aiguilleur/stt/CleanUp") {
  static readonly layer = Layer.effect(
    CleanUp,
    Effect.gen(function*() {
      const sql = yield* PgClient
      const enrichments = yield* Enrichments
      const transitions = yield* Transitions
      const parameters = yield* Parameters
      const removal = yield* Removal

      const overdue = Effect.fnUntraced(function*(limits: Values) {
        const at = yield* now
        const spent = ({ name, retries, running, timeout, waiting }: Step) => {
          const [lease, started, attempts] = ["lease_at", "started_at", "retries"].map((suffix) =>
            sql.literal(`${name}_${suffix}`)
          )
          return sql`(status IN (${waiting}, ${running}) AND ${attempts!} >= ${limits[retries]}
            AND coalesce(${lease!}, ${started!}) <= ${minutesBefore(at, limits[timeout])})`
        }
        const stuck = sql`(status = 'UPLOADING_MEDIA'
          AND coalesce(upload_started_at, '-infinity') <= ${minutesBefore(at, limits.UPLOAD_TIMEOUT)})`
        return yield* sql<{ id: string }>`SELECT id FROM stt_enrichments
          WHERE NOT deleted AND ${sql.or([...steps.map(spent), stuck])}`
      })

      // Looked at again under its lock: a worker may have reported meanwhile.
      const end = Effect.fnUntraced(function*(id: string, limits: Values) {
        const at = yield* now
        return yield* sql.withTransaction(Effect.gen(function*() {
          const enrichment = Option.getOrUndefined(yield* enrichments.lock(id))
          if (enrichment === undefined || enrichment.deleted) return false
          const step = steps.find((step) => isSpent(enrichment, step, limits, at))
          if (step !== undefined) yield* transitions.fail(enrichment, causeOf(enrichment, limits), step)
          else if (isStuck(enrichment, limits, at)) yield* transitions.fail(enrichment, "Uploading took too long")
          else return false
          return true
        }))
      })

      const expired = Effect.fnUntraced(function*(limits: Values) {
        const at = yield* now
        return yield* sql<{ id: string }>`
          SELECT e.id FROM stt_enrichments e JOIN stt_clients c ON c.id = e.client_id
          WHERE NOT e.deleted AND e.status IN ('SUCCESS', 'FAILURE')
            AND coalesce(c.retention_days, ${limits.RETENTION_IN_DAYS}::int) > 0
            AND e.updated_at < ${at}::timestamptz
              - make_interval(days => coalesce(c.retention_days, ${limits.RETENTION_IN_DAYS}::int))
          LIMIT 1000`
      })

      const run = Effect.fn("CleanUp.run")(function*() {
        const limits = yield* parameters.all
        const failed = yield* Effect.forEach(yield* overdue(limits), ({ id }) => end(id, limits))
        const old = yield* expired(limits)
        for (const { id } of old) yield* removal.remove(id)
        const at = yield* now
        yield* sql`DELETE FROM stt_idempotency WHERE created_at < ${minutesBefore(at, 7 * 24 * 60)}`
        yield* sql`DELETE FROM stt_webhooks WHERE ended_at < ${minutesBefore(at, 365 * 24 * 60)}`
        return { failed: failed.filter((ended) => ended).length, deleted: old.length }
      }, Effect.orDie)

      return CleanUp.of({ run: run() })
    })
  )

  /** Runs it for as long as the layer lives. */
  static readonly schedule = Layer.effectDiscard(Effect.gen(function*() {
    const cleanUp = yield* CleanUp
    const { cleanUpEvery } = yield* Settings
    const once = cleanUp.run.pipe(Effect.catchCause((cause) => Effect.logWarning("The clean-up failed", cause)))
    yield* Effect.forkScoped(Effect.repeat(once, Schedule.spaced(cleanUpEvery)))
  }))
}
