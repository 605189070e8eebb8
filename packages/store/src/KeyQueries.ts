/** The statements behind `Keys`, one name each. */
import { RoutingMode } from "@aiguilleur/core/Caller"
import type { PgClient } from "@effect/sql-pg/PgClient"
import { Schema } from "effect"
import * as SqlSchema from "effect/sql/SqlSchema"
import { Key } from "./Key.ts"

export interface Filter {
  /** Part of it, in any case. */
  readonly name?: string
  /** Part of it, in any case. */
  readonly email?: string
  readonly organisation?: string
  readonly priority?: number
  readonly routingMode?: RoutingMode
  /** Revoked ones too. Default false. */
  readonly revoked?: boolean
}

/** Every column but the hash, which nobody needs to read. */
const columns = Object.keys(Key.fields)

const Columns = Schema.Record(Schema.String, Schema.Unknown)

const escaped = (part: string) => `%${part.replace(/[\\%_]/g, "\\$&")}%`

export const make = (sql: PgClient) => {
  const shown = sql.csv(columns.map((name) => sql`${sql(name)}`))

  const byHash = SqlSchema.findOneOption({
    Request: Schema.Uint8Array,
    Result: Key,
    execute: (hash) => sql`SELECT ${shown} FROM keys WHERE hash = ${hash}`
  })
  const byIds = SqlSchema.findAll({
    Request: Schema.Array(Schema.String),
    Result: Key,
    execute: (ids) => sql`SELECT ${shown} FROM keys WHERE id = ANY(${ids}::text[]::uuid[])`
  })
  const byName = SqlSchema.findAll({
    Request: Schema.String,
    Result: Key,
    // Of the revoked ones of that name only the last is meant, and only where none is alive.
    execute: (name) =>
      sql`SELECT DISTINCT ON (organisation) ${shown} FROM keys WHERE name = ${name}
        ORDER BY organisation, revoked_at DESC NULLS FIRST`
  })
  const filtered = SqlSchema.findAll({
    Request: Schema.Unknown,
    Result: Key,
    execute: (request) => {
      const { name, email, organisation, priority, routingMode, revoked = false } = request as Filter
      return sql`SELECT ${shown} FROM keys WHERE ${
        sql.and([
          ...(name === undefined ? [] : [sql`name ILIKE ${escaped(name)}`]),
          ...(email === undefined ? [] : [sql`email ILIKE ${escaped(email)}`]),
          ...(organisation === undefined ? [] : [sql`organisation = ${organisation}`]),
          ...(priority === undefined ? [] : [sql`priority = ${priority}`]),
          ...(routingMode === undefined ? [] : [sql`routing_mode = ${routingMode}`]),
          ...(revoked ? [] : [sql`revoked_at IS NULL`])
        ])
      } ORDER BY organisation, name, created_at`
    }
  })
  const insert = SqlSchema.findOneOption({
    Request: Columns,
    Result: Key,
    execute: (row) => sql`INSERT INTO keys ${sql.insert(row)} RETURNING ${shown}`
  })
  const update = SqlSchema.findOneOption({
    Request: Schema.Struct({ id: Schema.String, values: Columns }),
    Result: Key,
    execute: ({ id, values }) => sql`UPDATE keys SET ${sql.update(values)} WHERE id = ${id} RETURNING ${shown}`
  })
  const end = SqlSchema.findOneOption({
    Request: Schema.Struct({ id: Schema.String, now: Schema.DateTimeUtcFromDate }),
    Result: Key,
    // Revoking again keeps the first date.
    execute: ({ id, now }) =>
      sql`UPDATE keys SET revoked_at = coalesce(revoked_at, ${now}), updated_at = ${now} WHERE id = ${id}
        RETURNING ${shown}`
  })

  const resume = SqlSchema.findOneOption({
    Request: Schema.Struct({ id: Schema.String, now: Schema.DateTimeUtcFromDate }),
    Result: Key,
    execute: ({ id, now }) =>
      sql`UPDATE keys SET revoked_at = NULL, updated_at = ${now} WHERE id = ${id} RETURNING ${shown}`
  })

  return { byHash, byIds, byName, filtered, insert, update, end, resume }
}
