/** Reads the predecessor's `users` table where it is, without changing anything there. */
import { Effect, Redacted } from "effect"
import * as MysqlUsers from "./MysqlUsers.ts"
import * as PostgresUsers from "./PostgresUsers.ts"
import { failed, type PredecessorError } from "./PredecessorError.ts"
import { decode, type PredecessorUser } from "./PredecessorUser.ts"

/** Either may name a driver, as the predecessor's own configuration does. */
const schemes = [
  [/^postgres(?:ql)?(?:\+\w+)?:/i, PostgresUsers.rows],
  [/^(?:mysql|mariadb)(?:\+\w+)?:/i, MysqlUsers.rows]
] as const

export const users = Effect.fnUntraced(function*(
  url: Redacted.Redacted
): Effect.fn.Return<ReadonlyArray<PredecessorUser>, PredecessorError> {
  const read = schemes.find(([scheme]) => scheme.test(Redacted.value(url)))?.[1]
  if (read === undefined) {
    return yield* failed("--url must be postgres://user:password@host:5432/database, or mysql:// with 3306.")
  }
  return yield* Effect.forEach(
    yield* read(url),
    (row, index) =>
      Effect.catch(
        decode(row),
        () => failed(`Row ${index + 1} of \`users\` is not as expected (name: ${nameOf(row)}).`)
      )
  )
})

const nameOf = (row: unknown): string =>
  typeof row === "object" && row !== null && "name" in row ? String(row.name) : "unknown"
