/** Deletes an enrichment: what it was about goes, media included; that it existed stays. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Context, Effect, Layer, Option } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import { now } from "../Instant.ts"
import { texts } from "../Sql.ts"
import { Enrichments } from "./Enrichments.ts"
import { Transitions } from "./Transitions.ts"
import type { Version } from "./Version.ts"
import { Versions } from "./Versions.ts"

/** The part of the questions that somebody liked, of those that somebody judged. */
const markOf = (version: Version | undefined): number | null => {
  const judged = version?.questions.filter(({ thumbUp }) => thumbUp !== null) ?? []
  return judged.length === 0 ? null : judged.filter(({ thumbUp }) => thumbUp === true).length / judged.length
}

export class Removal extends Context.Service<Removal, {
  readonly remove: (id: string) => Effect.Effect<void, SqlError>
}>()("@aiguilleur/stt/Removal") {
  static readonly layer = Layer.effect(
    Removal,
    Effect.gen(function*() {
      const sql = yield* PgClient
      const enrichments = yield* Enrichments
      const versions = yield* Versions
      const transitions = yield* Transitions
      const remove = Effect.fn("Removal.remove")(function*(id: string) {
        const enrichment = Option.getOrUndefined(yield* enrichments.lock(id))
        if (enrichment === undefined || enrichment.deleted) return
        const all = yield* versions.list(id, { sort: "createdAt", order: "DESC", size: 1000, page: 1 })
        yield* transitions.dropMedia(enrichment)
        yield* enrichments.update(id, {
          deleted: true,
          deletedAt: yield* now,
          evaluationMark: markOf(all.rows.find(({ aiGenerated }) => aiGenerated)),
          disciplines: texts([]),
          mediaTypes: texts([]),
          contributors: texts([]),
          endUserIdentifier: null,
          failureCause: null,
          notificationUrl: null,
          sourceUrl: null,
          mediaName: null,
          initialVersionId: null,
          lastVersionId: null,
          workVersionId: null
        })
        yield* versions.removeAll(id)
        yield* sql`DELETE FROM stt_pieces WHERE enrichment_id = ${id}`
        yield* sql`UPDATE stt_webhooks SET state = 'abandoned', ended_at = ${yield* now}
          WHERE enrichment_id = ${id} AND state = 'pending'`
      })
      return Removal.of({ remove: (id) => sql.withTransaction(remove(id)) })
    })
  )
}
