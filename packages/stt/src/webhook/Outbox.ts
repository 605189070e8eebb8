/** What is to be told to clients, written with the change that it tells of and sent afterwards. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Context, Effect, Layer } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Enrichment } from "../enrichment/Enrichment.ts"
import type { Status } from "../enrichment/Status.ts"
import * as Identifier from "../Identifier.ts"
import { now } from "../Instant.ts"

export interface Event {
  readonly status: Status
  readonly failureCause: string | null
  /** The running state that was left; null at the end of the chain. */
  readonly completedStep: Status | null
}

export class Outbox extends Context.Service<Outbox, {
  /** Inside the transaction of the change. A success that was told of the same version already is not told again. */
  readonly add: (enrichment: Enrichment, event: Event) => Effect.Effect<void, SqlError>
}>()("@aiguilleur/stt/Outbox") {
  static readonly layer = Layer.effect(
    Outbox,
    Effect.gen(function*() {
      const sql = yield* PgClient
      const add = Effect.fn("Outbox.add")(function*(enrichment: Enrichment, event: Event) {
        if (enrichment.notificationUrl === null) return
        const at = yield* now
        const [newest] = yield* sql<{ id: string }>`SELECT id FROM stt_versions
          WHERE enrichment_id = ${enrichment.id} AND ai_generated ORDER BY created_at DESC, id DESC LIMIT 1`
        const [current] = yield* sql<{ version: string | null }>`
          SELECT work_version_id AS version FROM stt_enrichments WHERE id = ${enrichment.id}`
        const row = {
          id: yield* Identifier.make,
          enrichmentId: enrichment.id,
          versionId: current?.version ?? null,
          clientId: enrichment.clientId,
          url: enrichment.notificationUrl,
          ...event,
          initialVersionId: newest?.id ?? null,
          state: "pending",
          nextAt: at,
          createdAt: at
        }
        yield* sql`INSERT INTO stt_webhooks ${sql.insert(row)} ON CONFLICT DO NOTHING`
      })
      return Outbox.of({ add })
    })
  )
}
