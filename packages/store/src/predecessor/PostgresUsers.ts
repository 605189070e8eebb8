/** The predecessor's `users` table on a PostgreSQL, row by row as it is. */
import * as PgConnection from "@effect/sql-pg/PgConnection"
import { Effect, Redacted } from "effect"
import { fromSqlError } from "../DatabaseError.ts"
import * as DatabaseUrl from "../DatabaseUrl.ts"
import { failed } from "./PredecessorError.ts"

/** Messages of the store speak of the variable in which its own URL stands. */
const told = (message: string) => message.replaceAll("DATABASE_URL", "--url")

// As JSON, so that a table of any of its versions can be read with one statement.
const statement = "SELECT to_jsonb(u) AS row FROM users u ORDER BY u.name"

export const rows = Effect.fnUntraced(function*(url: Redacted.Redacted) {
  // The predecessor itself writes postgresql+psycopg2://.
  const plain = Redacted.make(Redacted.value(url).replace(/^(postgres(?:ql)?)\+\w+:/i, "$1:"))
  const { config, where } = yield* Effect.catch(DatabaseUrl.parse(plain), ({ message }) => failed(told(message)))
  const connection = yield* PgConnection.make({ ...config, applicationName: "aiguilleur import" }).pipe(
    Effect.catch((error) => failed(told(fromSqlError(where)(error).message)))
  )
  const { rows } = yield* connection.query(statement).pipe(
    Effect.catch((error) =>
      failed(`${where} has no readable table \`users\`: ${told(fromSqlError(where)(error).message)}`)
    )
  )
  return rows.map(({ row }): unknown => row)
}, Effect.scoped)
