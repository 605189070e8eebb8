/** Versions and their transcripts, as the database keeps them. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Context, Effect, Layer, Option } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import * as Identifier from "../Identifier.ts"
import { now } from "../Instant.ts"
import { json, texts } from "../Sql.ts"
import type { Enrichment } from "./Enrichment.ts"
import type { Listed, Page } from "./Enrichments.ts"
import type { Metadata, Question, Transcript, Version } from "./Version.ts"

export interface Draft {
  readonly initial: boolean
  readonly aiGenerated: boolean
  readonly transcript: Transcript
  readonly metadata?: Metadata | null
  readonly questions?: ReadonlyArray<Question>
  readonly notes?: string | null
  readonly translatedNotes?: string | null
}

export interface Change {
  readonly metadata?: Metadata | null
  readonly questions?: ReadonlyArray<Question>
  readonly notes?: string | null
  readonly translatedNotes?: string | null
  readonly failureCause?: string | null
  readonly lastEvaluationDate?: Date
}

const encoded = ({ metadata, questions, ...others }: Change): Record<string, unknown> => ({
  ...others,
  ...(metadata === undefined ? {} : { metadata: metadata === null ? null : json(metadata) }),
  ...(questions === undefined ? {} : { questions: json(questions) })
})

export class Versions extends Context.Service<Versions, {
  readonly find: (id: string) => Effect.Effect<Option.Option<Version>>
  /** By date of creation. */
  readonly latest: (enrichment: string) => Effect.Effect<Option.Option<Version>>
  readonly list: (enrichment: string, page: Page) => Effect.Effect<Listed<Version>>
  readonly transcript: (version: string) => Effect.Effect<Transcript>
  readonly transcripts: (versions: ReadonlyArray<string>) => Effect.Effect<ReadonlyMap<string, Transcript>>
  /** With the parameters that its enrichment has now; becomes the last version, and the initial one if it is. */
  readonly insert: (enrichment: string, draft: Draft) => Effect.Effect<string, SqlError>
  readonly change: (id: string, change: Change) => Effect.Effect<void, SqlError>
  readonly translate: (
    id: string,
    text: string | null,
    sentences: ReadonlyArray<unknown> | null
  ) => Effect.Effect<void, SqlError>
  readonly remove: (enrichment: Enrichment, version: Version) => Effect.Effect<void, SqlError>
  readonly removeAll: (enrichment: string) => Effect.Effect<void, SqlError>
}>()("@aiguilleur/stt/Versions") {
  static readonly layer = Layer.effect(
    Versions,
    Effect.gen(function*() {
      const sql = yield* PgClient
      const first = (rows: Effect.Effect<ReadonlyArray<Version>, SqlError>) =>
        rows.pipe(Effect.map(([row]) => Option.fromUndefinedOr(row)), Effect.orDie)

      const latest = (enrichment: string) =>
        first(sql<Version>`SELECT * FROM stt_versions WHERE enrichment_id = ${enrichment}
          ORDER BY created_at DESC, id DESC LIMIT 1`)

      const list = Effect.fn("Versions.list")(function*(enrichment: string, { order, page, size, sort }: Page) {
        const direction = sql.literal(order)
        const column = sql(sort === "updatedAt" ? "updated_at" : "created_at")
        const [rows, [count]] = yield* Effect.all([
          sql<Version>`SELECT * FROM stt_versions WHERE enrichment_id = ${enrichment}
            ORDER BY ${column} ${direction}, id ${direction} LIMIT ${size} OFFSET ${(page - 1) * size}`,
          sql<{ total: number }>`SELECT count(*)::int AS total FROM stt_versions WHERE enrichment_id = ${enrichment}`
        ])
        return { rows, total: count!.total }
      }, Effect.orDie)

      const transcripts = Effect.fnUntraced(function*(versions: ReadonlyArray<string>) {
        const rows = yield* Effect.orDie(
          sql<Transcript & { versionId: string }>`SELECT * FROM stt_transcripts
            WHERE version_id = ANY(${texts(versions)}::uuid[])`
        )
        return new Map(rows.map(({ versionId, ...transcript }) => [versionId, transcript]))
      })

      const insert = Effect.fn("Versions.insert")(function*(enrichment: string, draft: Draft) {
        const { aiGenerated, initial, transcript, ...change } = draft
        const id = yield* Identifier.make
        const at = yield* now
        const { metadata = null, notes = null, questions = [], translatedNotes = null } = change
        yield* sql`INSERT INTO stt_versions (id, enrichment_id, initial, ai_generated, media_types, disciplines,
            end_user_identifier, ai_evaluation, ai_model, infrastructure, language, translate_to,
            metadata, questions, notes, translated_notes, created_at, updated_at)
          SELECT ${id}::uuid, id, ${initial}::boolean, ${aiGenerated}::boolean, media_types, disciplines,
            end_user_identifier, ai_evaluation, ai_model, infrastructure, language, translate_to,
            ${metadata === null ? null : JSON.stringify(metadata)}::text::json, ${
          JSON.stringify(questions)
        }::text::json,
            ${notes}::text, ${translatedNotes}::text, ${at}::timestamptz, ${at}::timestamptz
          FROM stt_enrichments WHERE id = ${enrichment}`
        const { sentences, translatedSentences, ...texts } = transcript
        yield* sql`INSERT INTO stt_transcripts ${
          sql.insert({
            versionId: id,
            ...texts,
            sentences: json(sentences),
            translatedSentences: translatedSentences === null ? null : json(translatedSentences)
          })
        }`
        yield* sql`UPDATE stt_enrichments SET last_version_id = ${id}::uuid, updated_at = ${at},
            initial_version_id = CASE WHEN ${initial}::boolean THEN ${id}::uuid ELSE initial_version_id END
          WHERE id = ${enrichment}`
        return id
      })

      const change = Effect.fnUntraced(function*(id: string, values: Change) {
        const row = { ...encoded(values), updatedAt: yield* now }
        yield* sql`UPDATE stt_versions SET ${sql.update(row)} WHERE id = ${id}`
      })

      const remove = Effect.fn("Versions.remove")(function*(enrichment: Enrichment, version: Version) {
        yield* sql`DELETE FROM stt_versions WHERE id = ${version.id}`
        const newest = yield* latest(enrichment.id)
        yield* sql`UPDATE stt_enrichments SET
            last_version_id = ${Option.isSome(newest) ? newest.value.id : null}::uuid,
            transcription_retries = 0, enrichment_retries = 0, translation_retries = 0, evaluation_retries = 0,
            updated_at = ${yield* now} WHERE id = ${enrichment.id}`
      })

      return Versions.of({
        find: (id) => first(sql<Version>`SELECT * FROM stt_versions WHERE id = ${id}`),
        latest,
        list,
        transcript: (version) => Effect.map(transcripts([version]), (found) => found.get(version)!),
        transcripts,
        insert,
        change,
        translate: (id, text, sentences) =>
          Effect.asVoid(
            sql`UPDATE stt_transcripts SET ${
              sql.update({ translatedText: text, translatedSentences: sentences === null ? null : json(sentences) })
            } WHERE version_id = ${id}`
          ),
        remove,
        removeAll: (enrichment) => Effect.asVoid(sql`DELETE FROM stt_versions WHERE enrichment_id = ${enrichment}`)
      })
    })
  )
}
