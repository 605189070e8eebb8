/** What the shadows of models have seen, over restarts and over several gateways: each adds to what is there. */
import * as Shadow from "@aiguilleur/core/Shadow"
import { PgClient } from "@effect/sql-pg/PgClient"
import { Context, DateTime, Effect, Layer, Option, Schema } from "effect"
import { Database } from "./Database.ts"
import { type DatabaseError, refine } from "./DatabaseError.ts"

const name = "shadows"

/** Pairs that were tried long ago make room. */
const most = 100

const Kept = Schema.Array(Shadow.Tally)
const decode = Schema.decodeUnknownOption(Kept)

/** What another version wrote in a form of its own is not continued. */
const read = (value: unknown): ReadonlyArray<Shadow.Tally> => Option.getOrElse(decode(value), () => [])

const merged = (before: ReadonlyArray<Shadow.Tally>, after: ReadonlyArray<Shadow.Tally>) => {
  const tallies = new Map(before.map((tally) => [Shadow.idOf(tally), tally]))
  for (const tally of after) {
    const id = Shadow.idOf(tally)
    const known = tallies.get(id)
    tallies.set(id, known === undefined ? tally : Shadow.added(known, tally))
  }
  return [...tallies.values()].toSorted((a, b) => b.until - a.until).slice(0, most)
}

export class Shadows extends Context.Service<Shadows, {
  /** The latest first. */
  readonly list: Effect.Effect<ReadonlyArray<Shadow.Tally>, DatabaseError>
  readonly add: (tallies: ReadonlyArray<Shadow.Tally>) => Effect.Effect<void, DatabaseError>
  readonly forget: Effect.Effect<void, DatabaseError>
}>()("@aiguilleur/store/Shadows") {
  static readonly layer = Layer.effect(
    Shadows,
    Effect.gen(function*() {
      const sql = yield* PgClient
      const { where } = yield* Database
      const typed = refine(where)
      const rows = sql<{ value: unknown }>`SELECT value FROM settings WHERE name = ${name}`

      const add = Effect.fn("Shadows.add")(function*(tallies: ReadonlyArray<Shadow.Tally>) {
        if (tallies.length === 0) return
        const now = DateTime.toDateUtc(yield* DateTime.now)
        // The row is there before it is locked: of two that add at the same time, the second sees what the first wrote.
        yield* typed(sql.withTransaction(Effect.gen(function*() {
          yield* sql`INSERT INTO settings (name, value, updated_at) VALUES (${name}, ${sql.json([])}, ${now})
            ON CONFLICT (name) DO NOTHING`
          const [row] = yield* sql<{ value: unknown }>`SELECT value FROM settings WHERE name = ${name} FOR UPDATE`
          const value = merged(read(row!.value), tallies)
          yield* sql`UPDATE settings SET value = ${sql.json(value)}, updated_at = ${now} WHERE name = ${name}`
        })))
      })

      return Shadows.of({
        add,
        list: Effect.map(typed(rows), ([row]) => row === undefined ? [] : read(row.value)),
        forget: Effect.asVoid(typed(sql`DELETE FROM settings WHERE name = ${name}`))
      })
    })
  )
}
