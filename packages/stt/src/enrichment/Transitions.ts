/** The changes of state that more than one part of the service makes, each with what has to be told about it. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Context, Effect, Layer } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import { now } from "../Instant.ts"
import { Settings } from "../Settings.ts"
import { Outbox } from "../webhook/Outbox.ts"
import type { Enrichment } from "./Enrichment.ts"
import { Enrichments } from "./Enrichments.ts"
import * as Flow from "./Flow.ts"
import type { Step } from "./Step.ts"

export class Transitions extends Context.Service<Transitions, {
  /** All inside the transaction that locked the enrichment. */
  readonly fail: (enrichment: Enrichment, cause: string, step?: Step) => Effect.Effect<void, SqlError>
  readonly complete: (enrichment: Enrichment, step: Step) => Effect.Effect<void, SqlError>
  /** Its medium is superfluous: removed as soon as the transaction is committed. */
  readonly dropMedia: (enrichment: Enrichment) => Effect.Effect<void, SqlError>
}>()("@aiguilleur/stt/Transitions") {
  static readonly layer = Layer.effect(
    Transitions,
    Effect.gen(function*() {
      const sql = yield* PgClient
      const enrichments = yield* Enrichments
      const outbox = yield* Outbox
      const { removeMediaAfterTranscription } = yield* Settings

      const dropMedia = Effect.fnUntraced(function*({ id, mediaKey }: Enrichment) {
        if (mediaKey === null) return
        yield* sql`INSERT INTO stt_removals (media_key, requested_at) VALUES (${mediaKey}, ${yield* now})
          ON CONFLICT (media_key) DO UPDATE SET owner = NULL`
        yield* enrichments.update(id, { mediaKey: null })
      })

      const fail = Effect.fn("Transitions.fail")(function*(enrichment: Enrichment, cause: string, step?: Step) {
        const failureCause = cause.slice(0, 255)
        yield* enrichments.update(enrichment.id, {
          status: "FAILURE",
          failureCause,
          progress: null,
          ...(step === undefined ? {} : { [`${step.name}EndedAt`]: yield* now })
        })
        if (enrichment.workVersionId !== null) {
          yield* sql`UPDATE stt_versions SET failure_cause = ${failureCause} WHERE id = ${enrichment.workVersionId}`
        }
        yield* outbox.add(enrichment, { status: "FAILURE", failureCause, completedStep: null })
      })

      const complete = Effect.fn("Transitions.complete")(function*(enrichment: Enrichment, step: Step) {
        const status = Flow.after[step.name](enrichment)
        yield* enrichments.update(enrichment.id, {
          status,
          failureCause: null,
          progress: null,
          [`${step.name}EndedAt`]: yield* now
        })
        if (step.name === "transcription" && removeMediaAfterTranscription) yield* dropMedia(enrichment)
        if (status === "SUCCESS") yield* outbox.add(enrichment, { status, failureCause: null, completedStep: null })
        else if (enrichment.notificationLevel === "task") {
          yield* outbox.add(enrichment, { status, failureCause: null, completedStep: step.running })
        }
      })

      return Transitions.of({ fail, complete, dropMedia })
    })
  )
}
