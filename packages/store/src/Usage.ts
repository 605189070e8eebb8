/** What was used: written in batches, read for export, purged by age. */
import { PgClient } from "@effect/sql-pg/PgClient"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { Context, DateTime, Effect, Layer, Result, Schema, Stream } from "effect"
import { Database } from "./Database.ts"
import { type DatabaseError, refine } from "./DatabaseError.ts"
import type { UsageBatch } from "./UsageBatch.ts"
import * as UsageInsert from "./UsageInsert.ts"
import * as UsagePurge from "./UsagePurge.ts"
import { names, UsageRow } from "./UsageRow.ts"

/** Rows that finished from `from` on and before `to`. */
export interface Span {
  readonly from: DateTime.Utc
  readonly to: DateTime.Utc
  readonly organisation?: string
  readonly model?: string
}

/** What the requests of one minute came to that are alike in all of this; `requests` counts them. */
export interface Sum {
  /** Epoch milliseconds. */
  readonly minute: number
  readonly organisation: string
  /** Empty where there is none of that name. */
  readonly model: string
  readonly priority: number
  readonly ending: UsageRow["ending"]
  readonly reason: string
  /** By bucket: until the first grant, and from it to the first byte; null where there was none. */
  readonly wait: number | null
  readonly ttft: number | null
  readonly prompts: number | null
  readonly outputs: number | null
  readonly requests: number
  readonly prompt: number
  readonly output: number
  readonly requeues: number
}

export interface Scales {
  /** Epoch milliseconds, a full minute. */
  readonly from: number
  /** Lower bounds of buckets, as `width_bucket` has them: milliseconds, tokens. */
  readonly times: ReadonlyArray<number>
  readonly lengths: ReadonlyArray<number>
}

type With<A> = Effect.Effect<A, DatabaseError>

export class Usage extends Context.Service<Usage, {
  /**
   * Writes the batch with one statement; again, if it must, without doubling a row. Of a fresh one no row was ever
   * sent, so that none can be there: to look for them costs each a quarter of its writing.
   */
  readonly insert: (batch: UsageBatch, fresh?: boolean) => With<void>
  /** In the order in which they finished, read as they are asked for; holds a connection until its end. */
  readonly rows: (span: Span) => Stream.Stream<UsageRow, DatabaseError>
  readonly count: (span: Span) => With<number>
  /** What ended from then on, by the minute. */
  readonly sums: (scales: Scales) => With<ReadonlyArray<Sum>>
  /** Removes rows that finished before, and says how many. */
  readonly purge: (before: DateTime.Utc) => With<number>
}>()("@aiguilleur/store/Usage") {
  static readonly layer = Layer.effect(
    Usage,
    Effect.gen(function*() {
      const sql = yield* PgClient
      const { where } = yield* Database
      const typed = refine(where)
      const decode = Schema.decodeUnknownEffect(UsageRow)
      const columns = sql.csv(names.map((name) => sql`${sql(name)}`))

      const within = ({ from, to, organisation, model }: Span) =>
        sql.and([
          sql`finished_at >= ${DateTime.toDateUtc(from)}`,
          sql`newest >= ${DateTime.toDateUtc(from)}`,
          sql`finished_at < ${DateTime.toDateUtc(to)}`,
          sql`oldest < ${DateTime.toDateUtc(to)}`,
          ...(organisation === undefined ? [] : [sql`organisation = ${organisation}`]),
          ...(model === undefined ? [] : [sql`model = ${model}`])
        ])

      const rows = (span: Span) =>
        sql`SELECT ${columns} FROM usage WHERE ${within(span)} ORDER BY finished_at, writer, sequence`.stream.pipe(
          Stream.mapEffect((row) => decode(row)),
          Stream.catch((error) => Stream.fromEffect(typed(Effect.fail(error))))
        )

      const count = Effect.fn("Usage.count")(function*(span: Span) {
        const [row] = yield* typed(
          sql<{ count: number }>`SELECT count(*)::int AS count FROM usage WHERE ${within(span)}`
        )
        return row!.count
      })

      const sums = Effect.fn("Usage.sums")(function*({ from, lengths, times }: Scales) {
        const [time, length] = [times, lengths].map((bounds) =>
          Result.getOrThrow(PgTypes.array(bounds, PgTypes.OID.float8))
        )
        const millis = (until: string, since: string) =>
          sql.literal(`(extract(epoch FROM ${until} - ${since}) * 1000)::float8`)
        // Whoever asks for models that there are not makes up their names.
        return yield* typed(sql<Sum>`SELECT
            (extract(epoch FROM date_trunc('minute', finished_at)) * 1000)::float8 AS minute,
            coalesce(organisation, '') AS organisation,
            CASE WHEN strategy IS NULL THEN '' ELSE model END AS model,
            coalesce(priority, 0) AS priority, ending,
            CASE WHEN ending IN ('released', 'withdrawn') THEN '' ELSE coalesce(reason, '') END AS reason,
            width_bucket(${millis("granted_at", "arrived_at")}, ${time}::float8[]) AS wait,
            width_bucket(${millis("first_byte_at", "granted_at")}, ${time}::float8[]) AS ttft,
            width_bucket(prompt_tokens::float8, ${length}::float8[]) AS prompts,
            width_bucket(output_tokens::float8, ${length}::float8[]) AS outputs,
            count(*)::int AS requests, coalesce(sum(prompt_tokens), 0)::float8 AS prompt,
            coalesce(sum(output_tokens), 0)::float8 AS output, coalesce(sum(requeues), 0)::int AS requeues
          FROM usage WHERE finished_at >= ${new Date(from)} AND newest >= ${new Date(from)}
          GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10`)
      })

      const purge = Effect.fn("Usage.purge")(function*(before: DateTime.Utc) {
        const [row] = yield* typed(
          sql.unsafe<{ count: number }>(UsagePurge.statement, [DateTime.toDateUtc(before)])
        )
        return row!.count
      })

      return Usage.of({
        insert: (batch, fresh = false) =>
          batch.length === 0
            ? Effect.void
            : Effect.asVoid(
              typed(Effect.suspend(() => sql.unsafe(UsageInsert.statement(batch.length, fresh), batch.parameters())))
            ),
        rows,
        count,
        sums,
        purge
      })
    })
  )
}
