/** Jobs of the transcription service at every step, written straight into its table. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"

export const ids = {
  waiting: "0190b4a8-0000-7000-8000-000000000001",
  running: "0190b4a8-0000-7000-8000-000000000002",
  done: "0190b4a8-0000-7000-8000-000000000003",
  failed: "0190b4a8-0000-7000-8000-000000000004"
}

/** One waits, one is being transcribed, one succeeded a moment ago, and one failed while it was translated. */
export const write = Effect.gen(function*() {
  const sql = yield* SqlClient
  const now = Date.now()
  const ago = (seconds: number) => new Date(now - 1_000 * seconds)
  yield* sql`TRUNCATE stt_clients CASCADE`
  yield* sql`INSERT INTO stt_clients (id, name, secret_hash, scopes, created_at, updated_at)
    VALUES ('media', 'Media', '', '{}', ${ago(900)}, ${ago(900)})`
  const row = (id: string, status: string, more: Record<string, unknown>) => {
    const values = {
      id,
      clientId: "media",
      status,
      generateMetadata: false,
      generateQuiz: false,
      generateNotes: false,
      mediaSeconds: 600,
      latestEnrichmentRequestedAt: ago(120),
      createdAt: ago(120),
      updatedAt: ago(5),
      ...more
    }
    return sql`INSERT INTO stt_enrichments ${sql.insert(values)}`
  }
  yield* sql`ALTER TABLE stt_enrichments ALTER media_types SET DEFAULT '{}', ALTER disciplines SET DEFAULT '{}'`
  yield* row(ids.waiting, "WAITING_MEDIA_TRANSCRIPTION", {})
  yield* row(ids.running, "TRANSCRIBING_MEDIA", {
    transcriptionStartedAt: ago(40),
    transcriptionBy: "worker-1",
    transcriptionRetries: 1,
    progress: 0.25
  })
  yield* row(ids.done, "SUCCESS", { transcriptionStartedAt: ago(100), transcriptionEndedAt: ago(40) })
  yield* row(ids.failed, "FAILURE", {
    transcriptionStartedAt: ago(100),
    transcriptionEndedAt: ago(80),
    translationStartedAt: ago(60),
    failureCause: "The model refused to translate"
  })
})
