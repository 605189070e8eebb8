/** Fetches the media of enrichments that were asked for by URL, one claim at a time, also after a crash. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Effect, Layer, Option, Semaphore } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Client } from "../client/Client.ts"
import { Clients } from "../client/Clients.ts"
import { Closing } from "../Closing.ts"
import { Creation } from "../enrichment/Creation.ts"
import type { Enrichment } from "../enrichment/Enrichment.ts"
import { Enrichments } from "../enrichment/Enrichments.ts"
import { Transitions } from "../enrichment/Transitions.ts"
import { Download } from "../fetch/Download.ts"
import type { FetchError } from "../fetch/FetchError.ts"
import { now, secondsAfter } from "../Instant.ts"
import { Parameters } from "../parameter/Parameters.ts"
import { Presence } from "../Presence.ts"
import { Settings } from "../Settings.ts"
import * as Wake from "../Wake.ts"
import { Outbox } from "../webhook/Outbox.ts"
import { Intake } from "./Intake.ts"
import { Spool } from "./Spool.ts"

const gone = "Couldn't get file from URL"

export const layer = Layer.effectDiscard(Effect.gen(function*() {
  const sql = yield* PgClient
  const settings = yield* Settings
  const clients = yield* Clients
  const enrichments = yield* Enrichments
  const transitions = yield* Transitions
  const outbox = yield* Outbox
  const creation = yield* Creation
  const intake = yield* Intake
  const parameters = yield* Parameters
  const presence = yield* Presence
  const closing = yield* Closing
  const spool = yield* Spool
  const places = yield* Semaphore.make(settings.downloads)
  const scope = yield* Effect.scope

  // What another process claimed and left is claimed like what is new.
  const claim = Effect.gen(function*() {
    const at = yield* now
    const [row] = yield* sql<Enrichment>`
      WITH next AS MATERIALIZED (
        SELECT id FROM stt_enrichments
        WHERE NOT deleted AND (status = 'WAITING_MEIDA_UPLOAD' OR (status = 'UPLOADING_MEDIA'
          AND (upload_next_at IS NULL OR upload_next_at <= ${at}) AND (upload_owner IS NULL
            OR ${presence.abandoned("upload_owner")})))
        ORDER BY priority DESC, latest_enrichment_requested_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
      )
      UPDATE stt_enrichments e SET status = 'UPLOADING_MEDIA', upload_owner = ${presence.owner},
        upload_started_at = coalesce(upload_started_at, ${at}), updated_at = ${at}
      FROM next WHERE e.id = next.id RETURNING e.*`
    return Option.fromUndefinedOr(row)
  }).pipe(Effect.orDie)

  /** Only while the claim is still ours: a clean-up, a deletion or another process may have been faster. */
  const settle = <A>(id: string, change: (current: Enrichment) => Effect.Effect<A, SqlError>) =>
    sql.withTransaction(Effect.gen(function*() {
      const current = yield* enrichments.lock(id)
      const [mine] = yield* sql`SELECT 1 FROM stt_enrichments
        WHERE id = ${id} AND upload_owner = ${presence.owner} AND status = 'UPLOADING_MEDIA' AND NOT deleted`
      if (Option.isNone(current) || mine === undefined) return false
      yield* change(current.value)
      return true
    })).pipe(Effect.orDie)

  const fail = (id: string, cause: string) => settle(id, (current) => transitions.fail(current, cause))

  const receive = Effect.fn("Downloads.receive")(function*(row: Enrichment, client: Client, name: string) {
    const file = spool.fileOf(row.id)
    const accepted = yield* intake.inspect(file.path, client)
    const stored = yield* creation.store(client, row.id, file.path, name, accepted).pipe(
      Effect.tapError((error) => Effect.logError(error.message)),
      Effect.option
    )
    if (Option.isNone(stored)) return yield* fail(row.id, "Couldn't upload file to bucket")
    const medium = stored.value
    const kept = yield* settle(row.id, (current) =>
      Effect.gen(function*() {
        const at = yield* now
        yield* enrichments.update(row.id, { ...medium, uploadEndedAt: at, uploadOwner: null })
        const status = yield* creation.begin({ ...current, ...medium }, accepted)
        // Whoever asked by URL cannot know that nothing was left to do.
        if (status === "SUCCESS") yield* outbox.add(current, { status, failureCause: null, completedStep: null })
      }))
    return kept
  }, Effect.scoped)

  /** Another process that goes on with it waits as well. */
  const pause = Effect.fnUntraced(function*(row: Enrichment, attempts: number) {
    const millis = settings.retryBase * 2 ** (attempts - 1)
    const uploadNextAt = secondsAfter(yield* now, millis / 1000)
    yield* settle(row.id, () => enrichments.update(row.id, { uploadAttempts: attempts, uploadNextAt }))
    yield* Effect.sleep(millis)
  })

  const fetched = Effect.fnUntraced(function*(row: Enrichment, download: Download) {
    const { MAX_UPLOAD_RETRIES: max } = yield* parameters.all
    let { uploadAttempts: attempts } = row
    while (true) {
      const found = yield* Effect.result(download.attempt)
      if (found._tag === "Success") return Option.some(found.success)
      const error: FetchError = found.failure
      yield* Effect.logInfo(`The medium of ${row.id} was not fetched (${error.message})`)
      attempts++
      if (!error.isPassing || attempts > max) return Option.none()
      yield* pause(row, attempts)
    }
  })

  const run = Effect.fn("Downloads.run")(function*(row: Enrichment) {
    const file = spool.fileOf(row.id)
    const client = yield* clients.find(row.clientId)
    if (Option.isNone(client) || row.sourceUrl === null) return yield* fail(row.id, gone)
    const medium = yield* fetched(row, new Download(row.sourceUrl, file.path, settings))
    if (Option.isNone(medium)) return yield* fail(row.id, gone)
    return yield* receive(row, client.value, medium.value.name).pipe(
      Effect.catchTag("Unacceptable", ({ message }) => fail(row.id, message))
    )
  })

  /** For something that is not the medium's fault: it is begun again a little later, by whomever. */
  const giveUp = Effect.fnUntraced(function*(id: string) {
    const uploadNextAt = secondsAfter(yield* now, 30)
    yield* sql`UPDATE stt_enrichments SET upload_owner = NULL, upload_next_at = ${uploadNextAt}
      WHERE id = ${id} AND upload_owner = ${presence.owner}`
  })

  const guarded = (row: Enrichment) =>
    run(row).pipe(
      Effect.ensuring(spool.discard(spool.fileOf(row.id))),
      Effect.tapCause((cause) => Effect.logError(`The download of ${row.id} failed`, cause)),
      Effect.catchCause(() => Effect.eventually(Effect.tapError(giveUp(row.id), () => Effect.sleep("1 second"))))
    )

  // As many as there are places; the next ones are claimed when a place is free.
  const work = Effect.gen(function*() {
    while (!closing.hasBegunUnsafe()) {
      yield* places.take(1)
      const claimed = yield* claim.pipe(
        Effect.catchCause((cause) => Effect.as(Effect.logDebug("Nothing could be claimed", cause), Option.none()))
      )
      if (Option.isNone(claimed)) {
        yield* places.release(1)
        return
      }
      yield* Effect.forkIn(
        Effect.ensuring(guarded(claimed.value), places.release(1)),
        scope
      )
    }
  })
  yield* Effect.forkScoped(Wake.whenever(["WAITING_MEIDA_UPLOAD"], 2000, work))
}))
