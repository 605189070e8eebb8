/** The table of what was used: written in batches, read for export, purged by age. */
import { PgClient } from "@effect/sql-pg/PgClient"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { Context, DateTime, Effect, Layer, Result, Schema, Stream, String } from "effect"
import { Database } from "./Database.ts"
import { type DatabaseError, refine } from "./DatabaseError.ts"
import { elements, typeNames, UsageRow } from "./UsageRow.ts"

/** Rows in the order in which `writer` made them; `first` is the number of the first one. */
export interface Batch {
  /** A UUID that this process alone uses. */
  readonly writer: string
  readonly first: number
  readonly rows: ReadonlyArray<UsageRow>
}

/** Rows that finished from `from` on and before `to`. */
export interface Span {
  readonly from: DateTime.Utc
  readonly to: DateTime.Utc
  readonly organisation?: string
  readonly model?: string
}

type With<A> = Effect.Effect<A, DatabaseError>

const names = Object.keys(elements) as Array<keyof UsageRow>

// One statement, prepared once, whatever the size of the batch. A batch that was written although its confirmation
// was lost is written again without effect.
const statement = `INSERT INTO usage (writer, sequence, ${names.map(String.camelToSnake).join(", ")})
  SELECT $1::uuid, * FROM unnest($2::int8[], ${
  names.map((name, index) => `$${index + 3}::${typeNames[elements[name]]}[]`).join(", ")
}) ON CONFLICT DO NOTHING`

const array = (values: ReadonlyArray<unknown>, element: number) => Result.getOrThrow(PgTypes.array(values, element))

// PostgreSQL's text has no NUL, and a caller may have put one into a model's name.
const clean = (value: unknown) => typeof value === "string" && value.includes("\0") ? value.replaceAll("\0", "") : value

const parameters = ({ writer, first, rows }: Batch): ReadonlyArray<unknown> => [
  writer,
  array(rows.map((_, index) => BigInt(first + index)), PgTypes.OID.int8),
  ...names.map((name) => array(rows.map((row) => clean(row[name])), elements[name]))
]

export class Usage extends Context.Service<Usage, {
  /** Writes the batch with one statement; again, if it must, without doubling a row. */
  readonly insert: (batch: Batch) => With<void>
  /** In the order in which they finished, read as they are asked for; holds a connection until its end. */
  readonly rows: (span: Span) => Stream.Stream<UsageRow, DatabaseError>
  readonly count: (span: Span) => With<number>
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
          sql`finished_at < ${DateTime.toDateUtc(to)}`,
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

      const purge = Effect.fn("Usage.purge")(function*(before: DateTime.Utc) {
        const [row] = yield* typed(sql<{ count: number }>`
          WITH gone AS (DELETE FROM usage WHERE finished_at < ${DateTime.toDateUtc(before)} RETURNING 1)
          SELECT count(*)::int AS count FROM gone`)
        return row!.count
      })

      return Usage.of({
        insert: (batch) =>
          batch.rows.length === 0
            ? Effect.void
            : Effect.asVoid(typed(Effect.suspend(() => sql.unsafe(statement, parameters(batch))))),
        rows,
        count,
        purge
      })
    })
  )
}
