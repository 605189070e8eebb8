/** What others changed in the database, as they change it; a listener that lost its connection says so. */
import type { PgClient } from "@effect/sql-pg/PgClient"
import * as PgConnection from "@effect/sql-pg/PgConnection"
import { Data, Effect, Exit, Schedule, Scope, Stream } from "effect"

export type Change = Data.TaggedEnum<{
  /** Listening begins, for the first time or again: what changed before was not heard, so read everything. */
  Reconnected: {}
  /** The row with this id was added, changed or removed. */
  Changed: { readonly id: string }
}>

export const Change = Data.taggedEnum<Change>()

/** Short at first, because most restarts are; never longer than what a revoked key may go on working. */
const backoff = Schedule.min([Schedule.exponential("20 millis"), Schedule.spaced("500 millis")])

/** To stop listening is a statement, which a server that hangs never answers: it is said, and not waited for. */
export const listen = (connection: PgConnection.PgConnection, channel: string) =>
  Effect.flatMap(
    Effect.acquireRelease(Scope.make(), (scope) => Effect.forkDetach(Scope.close(scope, Exit.void))),
    (scope) => Scope.provide(connection.listen(channel), scope)
  )

/** Never ends and never fails: while the database is away it tries again. */
export const changes = (sql: PgClient, channel: string): Stream.Stream<Change> => {
  const listening = Effect.flatMap(PgConnection.make(sql.config), (connection) => listen(connection, channel))
  const heard = Effect.map(listening, (queue) =>
    Stream.concat(
      Stream.succeed(Change.Reconnected()),
      Stream.map(Stream.fromQueue(queue), ({ payload }) => Change.Changed({ id: payload }))
    ))
  return Stream.unwrap(heard).pipe(
    Stream.tapError((error) => Effect.logDebug(`Listening to ${channel} was interrupted: ${error.message}`)),
    Stream.retry(backoff),
    Stream.orDie
  )
}
