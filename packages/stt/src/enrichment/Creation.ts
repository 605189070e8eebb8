/** Turns a file that was accepted into work: a medium waits for its transcription, subtitles are a transcript already. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Context, Effect, Layer, type Scope } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Client } from "../client/Client.ts"
import { now } from "../Instant.ts"
import type { Accepted } from "../media/Intake.ts"
import { MediaStore, type MediaStoreError } from "../media/MediaStore.ts"
import { Presence } from "../Presence.ts"
import * as Parsing from "../subtitle/Parsing.ts"
import type { Enrichment } from "./Enrichment.ts"
import { Enrichments, type Medium } from "./Enrichments.ts"
import * as Flow from "./Flow.ts"
import type { Status } from "./Status.ts"
import type { Transcript } from "./Version.ts"
import { Versions } from "./Versions.ts"

const folders = { video: "videos", audio: "audios", subtitles: "subtitles" } as const

export const keyOf = ({ id }: Client, kind: keyof typeof folders, enrichment: string): string =>
  `${folders[kind]}/${id.replace(/[^\w.-]/g, "_").replace(/^\.+/, "_")}/${enrichment}`

const mediumOf = (accepted: Accepted, name: string, key: string | null): Medium => ({
  mediaKey: key,
  mediaName: name,
  mediaMime: accepted.type.mime,
  mediaSize: accepted.size,
  mediaSeconds: accepted.seconds,
  mediaTextLength: accepted.textLength
})

export class Creation extends Context.Service<Creation, {
  /**
   * Subtitles are read and not kept; a medium is safe in its store when this returns, and removed again at the end of
   * the scope, or of this process, if no enrichment has begun with it.
   */
  readonly store: (
    client: Client,
    enrichment: string,
    path: string,
    name: string,
    accepted: Accepted
  ) => Effect.Effect<Medium, MediaStoreError, Scope.Scope>
  /** Inside the transaction in which it is created or received: returns the state in which that leaves it. */
  readonly begin: (enrichment: Enrichment, accepted: Accepted) => Effect.Effect<Status, SqlError>
}>()("@aiguilleur/stt/Creation") {
  static readonly layer = Layer.effect(
    Creation,
    Effect.gen(function*() {
      const sql = yield* PgClient
      const enrichments = yield* Enrichments
      const versions = yield* Versions
      const media = yield* MediaStore
      const presence = yield* Presence

      const claimed = (key: string) =>
        Effect.acquireRelease(
          Effect.gen(function*() {
            yield* sql`INSERT INTO stt_removals (media_key, owner, requested_at)
              VALUES (${key}, ${presence.owner}, ${yield* now})
              ON CONFLICT (media_key) DO UPDATE SET owner = excluded.owner`
          }).pipe(Effect.orDie),
          () =>
            Effect.ignore(
              sql`UPDATE stt_removals SET owner = NULL WHERE media_key = ${key} AND owner = ${presence.owner}`
            )
        )

      const store = Effect.fn("Creation.store")(function*(
        client: Client,
        enrichment: string,
        path: string,
        name: string,
        accepted: Accepted
      ) {
        if (accepted.subtitles !== null) return mediumOf(accepted, name, null)
        const key = keyOf(client, accepted.type.kind, enrichment)
        yield* claimed(key)
        yield* media.adopt(path, key, accepted.type.mime)
        return mediumOf(accepted, name, key)
      })

      const begin = Effect.fn("Creation.begin")(function*(enrichment: Enrichment, { subtitles }: Accepted) {
        if (subtitles === null) {
          yield* sql`DELETE FROM stt_removals WHERE media_key = ${enrichment.mediaKey}`
          yield* enrichments.update(enrichment.id, { status: "WAITING_MEDIA_TRANSCRIPTION" })
          return "WAITING_MEDIA_TRANSCRIPTION"
        }
        const transcript: Transcript = {
          originalFilename: enrichment.mediaName,
          language: enrichment.language ?? "fr",
          text: Parsing.textOf(subtitles),
          sentences: subtitles,
          translatedText: null,
          translatedSentences: null
        }
        const version = yield* versions.insert(enrichment.id, { initial: true, aiGenerated: true, transcript })
        const status = Flow.afterTranscription(enrichment)
        yield* sql`UPDATE stt_enrichments SET status = ${status}, work_version_id = ${version}::uuid,
          ai_generation_count = 1 WHERE id = ${enrichment.id}`
        return status
      })

      return Creation.of({ store, begin })
    })
  )
}
