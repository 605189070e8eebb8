/** The enrichments, as the database keeps them. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Context, Effect, Layer, Option } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Client } from "../client/Client.ts"
import * as Identifier from "../Identifier.ts"
import { now } from "../Instant.ts"
import { texts } from "../Sql.ts"
import type { Enrichment } from "./Enrichment.ts"
import type { Wish } from "./Request.ts"
import type { Status } from "./Status.ts"

export interface Medium {
  readonly mediaKey: string | null
  readonly mediaName: string
  readonly mediaMime: string
  readonly mediaSize: number
  readonly mediaSeconds: number | null
  readonly mediaTextLength: number | null
}

export interface Page {
  readonly sort: "status" | "createdAt" | "updatedAt"
  readonly order: "ASC" | "DESC"
  readonly size: number
  readonly page: number
}

export interface Listed<A> {
  readonly rows: ReadonlyArray<A>
  readonly total: number
}

const columnsOf = (wish: Wish) => ({
  ...wish,
  mediaTypes: texts(wish.mediaTypes),
  disciplines: texts(wish.disciplines)
})

const sortColumns = { status: "status", createdAt: "created_at", updatedAt: "updated_at" }

export class Enrichments extends Context.Service<Enrichments, {
  /** Deleted ones too. */
  readonly find: (id: string) => Effect.Effect<Option.Option<Enrichment>>
  /** Inside a transaction: nobody else changes it until the end. */
  readonly lock: (id: string) => Effect.Effect<Option.Option<Enrichment>, SqlError>
  readonly list: (client: string, user: string | undefined, page: Page) => Effect.Effect<Listed<Enrichment>>
  readonly insert: (
    client: Client,
    wish: Wish,
    status: Status,
    from: { readonly id?: string; readonly sourceUrl?: string; readonly medium?: Medium }
  ) => Effect.Effect<Enrichment, SqlError>
  readonly update: (id: string, values: Record<string, unknown>) => Effect.Effect<void, SqlError>
  readonly overwrite: (id: string, wish: Wish) => Effect.Effect<void, SqlError>
  /** How many jobs of the same kind are before each of those that wait. */
  readonly positions: (enrichments: ReadonlyArray<Enrichment>) => Effect.Effect<ReadonlyMap<string, number>>
  /** Seconds of media that a client sent since the month began. */
  readonly secondsThisMonth: (client: string) => Effect.Effect<number>
}>()("@aiguilleur/stt/Enrichments") {
  static readonly layer = Layer.effect(
    Enrichments,
    Effect.gen(function*() {
      const sql = yield* PgClient

      const first = <E>(rows: Effect.Effect<ReadonlyArray<Enrichment>, E>) =>
        Effect.map(rows, ([row]) => Option.fromUndefinedOr(row))

      const list = Effect.fn("Enrichments.list")(function*(
        client: string,
        user: string | undefined,
        { order, page, size, sort }: Page
      ) {
        const own = user === undefined
          ? sql`client_id = ${client} AND NOT deleted`
          : sql`client_id = ${client} AND NOT deleted AND (end_user_identifier = ${user} OR ${user} = ANY(contributors))`
        const direction = sql.literal(order)
        const [rows, [count]] = yield* Effect.all([
          sql<Enrichment>`SELECT * FROM stt_enrichments WHERE ${own}
            ORDER BY ${sql(sortColumns[sort])} ${direction}, id ${direction}
            LIMIT ${size} OFFSET ${(page - 1) * size}`,
          sql<{ total: number }>`SELECT count(*)::int AS total FROM stt_enrichments WHERE ${own}`
        ])
        return { rows, total: count!.total }
      }, Effect.orDie)

      const insert = Effect.fn("Enrichments.insert")(function*(
        client: Client,
        wish: Wish,
        status: Status,
        { id, medium, sourceUrl }: Parameters<Enrichments["Service"]["insert"]>[3]
      ) {
        const at = yield* now
        const row = {
          id: id ?? (yield* Identifier.make),
          clientId: client.id,
          status,
          ...columnsOf(wish),
          sourceUrl: sourceUrl ?? null,
          ...(medium === undefined ? {} : { ...medium, uploadStartedAt: at, uploadEndedAt: at }),
          latestEnrichmentRequestedAt: at,
          createdAt: at,
          updatedAt: at
        }
        const [made] = yield* sql<Enrichment>`INSERT INTO stt_enrichments ${sql.insert(row)} RETURNING *`
        return made!
      })

      const update = Effect.fnUntraced(function*(id: string, values: Record<string, unknown>) {
        const row = { ...values, updatedAt: yield* now }
        yield* sql`UPDATE stt_enrichments SET ${sql.update(row)} WHERE id = ${id}`
      })

      const positions = Effect.fn("Enrichments.positions")(function*(enrichments: ReadonlyArray<Enrichment>) {
        const waiting = enrichments.filter(({ status }) => status.startsWith("WAITING"))
        if (waiting.length === 0) return new Map<string, number>()
        const rows = yield* sql<{ id: string; ahead: number }>`
          SELECT id, ahead FROM (
            SELECT id, (row_number() OVER (PARTITION BY status
              ORDER BY priority DESC, latest_enrichment_requested_at, id) - 1)::int AS ahead
            FROM stt_enrichments WHERE NOT deleted AND ${
          sql.in("status", [...new Set(waiting.map((row) => row.status))])
        }
          ) queue WHERE id = ANY(${texts(waiting.map(({ id }) => id))}::uuid[])`
        return new Map(rows.map(({ ahead, id }) => [id, ahead]))
      }, Effect.orDie)

      return Enrichments.of({
        find: (id) => Effect.orDie(first(sql<Enrichment>`SELECT * FROM stt_enrichments WHERE id = ${id}`)),
        lock: (id) => first(sql<Enrichment>`SELECT * FROM stt_enrichments WHERE id = ${id} FOR UPDATE`),
        list,
        insert,
        update,
        overwrite: (id, wish) => update(id, columnsOf(wish)),
        positions,
        secondsThisMonth: Effect.fnUntraced(function*(client: string) {
          const at = yield* now
          const month = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1))
          const [row] = yield* Effect.orDie(
            sql<{ seconds: number }>`SELECT coalesce(sum(media_seconds), 0)::float8 AS seconds FROM stt_enrichments
              WHERE client_id = ${client} AND created_at >= ${month}`
          )
          return row!.seconds
        })
      })
    })
  )
}
