/** Sends what the outbox holds: committed before, nothing locked meanwhile, tried again only where that cannot hurt. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Effect, Layer, Option, Semaphore } from "effect"
import type { IncomingMessage } from "node:http"
import { Clients } from "../client/Clients.ts"
import { Closing } from "../Closing.ts"
import { resolved } from "../fetch/Destination.ts"
import type { FetchError } from "../fetch/FetchError.ts"
import { request } from "../fetch/Requesting.ts"
import { now, secondsAfter } from "../Instant.ts"
import { Presence } from "../Presence.ts"
import { Settings } from "../Settings.ts"
import { Vault } from "../Vault.ts"
import * as Wake from "../Wake.ts"
import { Journal } from "./Journal.ts"
import { headersOf } from "./Signature.ts"

interface Webhook {
  readonly id: string
  readonly enrichmentId: string
  readonly clientId: string
  readonly url: string
  readonly status: string
  readonly completedStep: string | null
  readonly initialVersionId: string | null
  readonly failureCause: string | null
  readonly state: "pending" | "sending"
  readonly attempts: number
}

/** Clients call back from inside their handler, so many may be open at once; one enrichment's come in their order. */
const atOnce = 32

const bodyOf = (webhook: Webhook): string =>
  JSON.stringify({
    id: webhook.enrichmentId,
    status: webhook.status,
    initialVersionId: webhook.initialVersionId,
    failureCause: webhook.failureCause,
    completedStep: webhook.completedStep
  })

/** Everything else was received, and receiving it twice does harm. */
const isAskedAgain = (status: number): boolean => [429, 502, 503, 504].includes(status)

/** One that was cut after it was sent may have been received. */
const canBeSentAgain = (error: FetchError): boolean =>
  ["Unresolved", "Unreachable", "TlsFailed", "Timeout"].includes(error.reason)

const drained = (response: IncomingMessage) => {
  response.on("error", () => {})
  response.resume()
  return response.statusCode ?? 0
}

export const layer = Layer.effectDiscard(Effect.gen(function*() {
  const sql = yield* PgClient
  const settings = yield* Settings
  const clients = yield* Clients
  const vault = yield* Vault
  const presence = yield* Presence
  const closing = yield* Closing
  const journal = yield* Journal
  const places = yield* Semaphore.make(atOnce)
  const scope = yield* Effect.scope

  const ended = Effect.fnUntraced(function*(webhook: Webhook, state: string, answer: string) {
    const at = yield* now
    yield* sql`UPDATE stt_webhooks SET state = ${state}, answer = ${answer}, owner = NULL, ended_at = ${at}
      WHERE id = ${webhook.id} AND owner = ${presence.owner}`
    const notified = answer === "200" ? at : null
    yield* sql`UPDATE stt_enrichments SET notification_status = ${answer},
      notified_at = coalesce(${notified}::timestamptz, notified_at) WHERE id = ${webhook.enrichmentId}`
  })

  const end = (webhook: Webhook, state: string, answer: string) =>
    sql.withTransaction(ended(webhook, state, answer)).pipe(
      Effect.tap(() => Effect.sync(() => journal.forgetUnsafe(webhook.id, webhook.attempts)))
    )

  const later = Effect.fnUntraced(function*(webhook: Webhook, answer: string) {
    const delay = settings.webhook.delays[webhook.attempts - 1]
    if (delay === undefined) return yield* end(webhook, "abandoned", answer)
    yield* sql`UPDATE stt_webhooks SET state = 'pending', owner = NULL, answer = ${answer},
      next_at = ${secondsAfter(yield* now, delay / 1000)} WHERE id = ${webhook.id} AND owner = ${presence.owner}`
    yield* Effect.forkIn(Effect.andThen(Effect.sleep(delay), work), scope)
  })

  const send = Effect.fn("Deliveries.send")(function*(webhook: Webhook) {
    const client = Option.getOrUndefined(yield* clients.find(webhook.clientId))
    const body = bodyOf(webhook)
    const key = vault.webhookKey(webhook.clientId, client?.generation ?? 0)
    const answer = yield* resolved(new URL(webhook.url), settings.fetchHosts).pipe(
      Effect.flatMap((destination) =>
        Effect.flatMap(now, (at) =>
          request(destination, {
            method: "POST",
            headers: headersOf(webhook.id, body, key, at),
            body: Buffer.from(body),
            ca: client?.webhookCa ?? undefined,
            connect: settings.fetch.connect,
            head: settings.webhook.timeout,
            onSending: () => journal.noteUnsafe(webhook.id, webhook.attempts)
          }))
      ),
      Effect.map(drained),
      Effect.result
    )
    if (answer._tag === "Success") {
      const status = answer.success
      if (isAskedAgain(status)) return yield* later(webhook, String(status))
      return yield* end(webhook, status >= 200 && status < 300 ? "delivered" : "refused", String(status))
    }
    const error = answer.failure
    if (canBeSentAgain(error)) return yield* later(webhook, error.reason)
    return yield* end(webhook, error.reason === "Cut" ? "unknown" : "abandoned", error.reason)
  })

  const claim = Effect.gen(function*() {
    const at = yield* now
    const [row] = yield* sql<Webhook>`
      WITH next AS MATERIALIZED (
        SELECT id, state FROM stt_webhooks w
        WHERE ((state = 'pending' AND next_at <= ${at}) OR (state = 'sending' AND ${presence.abandoned("owner")}))
          AND NOT EXISTS (SELECT 1 FROM stt_webhooks earlier WHERE earlier.enrichment_id = w.enrichment_id
            AND earlier.state IN ('pending', 'sending') AND earlier.id < w.id)
        ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
      )
      UPDATE stt_webhooks w SET state = 'sending', owner = ${presence.owner},
        attempts = attempts + CASE WHEN next.state = 'pending' THEN 1 ELSE 0 END
      FROM next WHERE w.id = next.id
      RETURNING w.id, enrichment_id, client_id, url, status, completed_step, initial_version_id, failure_cause,
        attempts, next.state`
    return Option.fromUndefinedOr(row)
  })

  // Left over by a process that died: sent again only if it cannot have been sent.
  const take = (webhook: Webhook) =>
    webhook.state === "sending" && journal.has(webhook.id, webhook.attempts)
      ? end(webhook, "unknown", "unknown")
      : send(webhook)

  const settle = (webhook: Webhook) =>
    journal.has(webhook.id, webhook.attempts)
      ? end(webhook, "unknown", "unknown")
      : sql`UPDATE stt_webhooks SET state = 'pending', owner = NULL WHERE id = ${webhook.id} AND owner = ${presence.owner}`

  const work: Effect.Effect<void> = Effect.gen(function*() {
    while (!closing.hasBegunUnsafe()) {
      yield* places.take(1)
      const claimed = yield* Effect.orElseSucceed(claim, () => Option.none<Webhook>())
      if (Option.isNone(claimed)) {
        yield* places.release(1)
        return
      }
      const webhook = claimed.value
      yield* Effect.andThen(closing.enter, take(webhook)).pipe(
        Effect.scoped,
        Effect.tapCause((cause) => Effect.logError(`The webhook ${webhook.id} failed`, cause)),
        // The database went away meanwhile: what became of it is written when it is back.
        Effect.catchCause(() => Effect.eventually(Effect.tapError(settle(webhook), () => Effect.sleep("1 second")))),
        Effect.ensuring(places.release(1)),
        // The enrichment's next one waited for it.
        Effect.andThen(Effect.suspend(() => work)),
        Effect.forkIn(scope)
      )
    }
  })

  yield* Effect.forkScoped(Wake.whenever(["stt_webhooks"], 1000, work))
}))
