/** Reads the predecessor's `users` table where it is, without changing anything there. */
import * as PgConnection from "@effect/sql-pg/PgConnection"
import { Effect, Redacted, Schema } from "effect"
import { fromSqlError } from "../DatabaseError.ts"
import * as DatabaseUrl from "../DatabaseUrl.ts"
import { decode, type PredecessorUser } from "./PredecessorUser.ts"

export class PredecessorError extends Schema.TaggedError<PredecessorError>()("PredecessorError", {
  message: Schema.String
}) {}

const failed = (message: string) => Effect.fail(new PredecessorError({ message }))

/** Messages of the store speak of the variable in which its own URL stands. */
const told = (message: string) => message.replaceAll("DATABASE_URL", "--url")

// As JSON, so that a table of any of its versions can be read with one statement.
const statement = "SELECT to_jsonb(u) AS row FROM users u ORDER BY u.name"

const postgres = Effect.fnUntraced(function*(url: Redacted.Redacted) {
  const { config, where } = yield* Effect.catch(DatabaseUrl.parse(url), ({ message }) => failed(told(message)))
  const connection = yield* PgConnection.make({ ...config, applicationName: "aiguilleur import" }).pipe(
    Effect.catch((error) => failed(told(fromSqlError(where)(error).message)))
  )
  const { rows } = yield* connection.query(statement).pipe(
    Effect.catch((error) =>
      failed(`${where} has no readable table \`users\`: ${told(fromSqlError(where)(error).message)}`)
    )
  )
  return rows.map(({ row }) => row)
}, Effect.scoped)

export const users = Effect.fnUntraced(function*(
  url: Redacted.Redacted
): Effect.fn.Return<ReadonlyArray<PredecessorUser>, PredecessorError> {
  const text = Redacted.value(url)
  if (/^(?:mysql|mariadb):/i.test(text)) {
    return yield* failed("MySQL cannot be read yet: copy the table `users` to a PostgreSQL and give its URL.")
  }
  if (!/^postgres(?:ql)?(?:\+\w+)?:/i.test(text)) {
    return yield* failed("--url must be postgres://user:password@host:5432/database.")
  }
  // The predecessor itself writes postgresql+psycopg2://.
  const rows = yield* postgres(Redacted.make(text.replace(/^(postgres(?:ql)?)\+\w+:/i, "$1:")))
  return yield* Effect.forEach(
    rows,
    (row, index) =>
      Effect.catch(
        decode(row),
        () => failed(`Row ${index + 1} of \`users\` is not as expected (name: ${nameOf(row)}).`)
      )
  )
})

const nameOf = (row: unknown): string =>
  typeof row === "object" && row !== null && "name" in row ? String(row.name) : "unknown"
