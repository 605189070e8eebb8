/** Several writes that are done together or not at all. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Effect } from "effect"
import { Database } from "./Database.ts"
import { refine } from "./DatabaseError.ts"

/** Within another one it is a part that can fail alone. */
export const transaction = Effect.fnUntraced(function*<A, E, R>(writes: Effect.Effect<A, E, R>) {
  const sql = yield* PgClient
  const { where } = yield* Database
  return yield* refine(where)(sql.withTransaction(writes))
})
