/** Creates once for a key that the caller chose: a request that was repeated gets the first one's answer. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Context, Effect, Layer, Option } from "effect"
import { HttpServerRequest } from "effect/http"
import type { SqlError } from "effect/sql/SqlError"
import type { Client } from "../client/Client.ts"
import * as Identifier from "../Identifier.ts"
import { now } from "../Instant.ts"
import { conflict, invalid, type Refusal } from "../Refusal.ts"

const key = Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ headers }) => {
  const given = headers["idempotency-key"] ?? ""
  if (given === "") return Effect.succeedNone
  return given.length > 255
    ? Effect.fail(invalid(null, "The Idempotency-Key is longer than 255 characters"))
    : Effect.succeedSome(given)
})

const mismatch = conflict(null, "This Idempotency-Key was used for another request")

/** @effect-expect-leaking HttpServerRequest */
export class Idempotency extends Context.Service<Idempotency, {
  readonly find: (
    client: Client,
    fingerprint: string
  ) => Effect.Effect<Option.Option<string>, Refusal, HttpServerRequest.HttpServerRequest>
  /** In one transaction; returns the id of whoever was first. */
  readonly once: <A, R>(
    client: Client,
    fingerprint: string,
    create: (id: string) => Effect.Effect<A, SqlError, R>,
    id?: string
  ) => Effect.Effect<string, Refusal, R | HttpServerRequest.HttpServerRequest>
}>()("@aiguilleur/stt/Idempotency") {
  static readonly layer = Layer.effect(
    Idempotency,
    Effect.gen(function*() {
      const sql = yield* PgClient

      const known = Effect.fnUntraced(function*(
        client: Client,
        key: string,
        fingerprint: string
      ): Effect.fn.Return<Option.Option<string>, Refusal> {
        const [row] = yield* Effect.orDie(
          sql<{ enrichmentId: string; fingerprint: string }>`SELECT enrichment_id, fingerprint FROM stt_idempotency
            WHERE client_id = ${client.id} AND key = ${key}`
        )
        if (row === undefined) return Option.none()
        return row.fingerprint === fingerprint ? Option.some(row.enrichmentId) : yield* mismatch
      })

      const find = (client: Client, fingerprint: string) =>
        Effect.flatMap(
          key,
          (given) => Option.isNone(given) ? Effect.succeedNone : known(client, given.value, fingerprint)
        )

      const once = <A, R>(
        client: Client,
        fingerprint: string,
        create: (id: string) => Effect.Effect<A, SqlError, R>,
        chosen?: string
      ) =>
        Effect.gen(function*() {
          const given = yield* key
          const id = chosen ?? (yield* Identifier.make)
          if (Option.isNone(given)) {
            yield* sql.withTransaction(create(id))
            return id
          }
          const at = yield* now
          // The second of two at the same time waits here for the first one to commit.
          const mine = yield* sql.withTransaction(Effect.gen(function*() {
            const rows = yield* sql`INSERT INTO stt_idempotency (client_id, key, fingerprint, enrichment_id, created_at)
              VALUES (${client.id}, ${given.value}, ${fingerprint}, ${id}::uuid, ${at})
              ON CONFLICT DO NOTHING RETURNING key`
            if (rows.length === 0) return false
            yield* create(id)
            return true
          }))
          return mine ? id : Option.getOrElse(yield* known(client, given.value, fingerprint), () => id)
        }).pipe(Effect.catchIf((error): error is SqlError => error._tag === "SqlError", Effect.die))

      return Idempotency.of({ find, once })
    })
  )
}
