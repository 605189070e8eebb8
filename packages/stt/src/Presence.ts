/** A number that is held in the database while this process lives, so that others see at once that it does not. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Context, Effect, Layer, Schedule } from "effect"
import type { Fragment } from "effect/sql/Statement"
import { randomInt } from "node:crypto"

/** "STT": the class of the advisory locks. */
const classId = 0x53_54_54

export class Presence extends Context.Service<Presence, {
  /** Owner of what this process claims. */
  readonly owner: number
  /** Holds for a row whose owner is gone: another one than this process, which knows what it is at. */
  readonly abandoned: (column: string) => Fragment
}>()("@aiguilleur/stt/Presence") {
  static readonly layer = Layer.effect(
    Presence,
    Effect.gen(function*() {
      const sql = yield* PgClient
      const owner = randomInt(1, 2 ** 31 - 1)
      // A session's lock ends with its connection, however that ends. One that was lost is taken again.
      const hold = Effect.scoped(Effect.gen(function*() {
        const connection = yield* sql.reserve
        yield* connection.executeUnprepared(`SELECT pg_advisory_lock(${classId}, ${owner})`, [], undefined)
        yield* Effect.repeat(
          connection.executeUnprepared("SELECT 1", [], undefined),
          Schedule.spaced("1 second")
        )
      }))
      const first = yield* Effect.forkScoped(
        Effect.forever(Effect.andThen(Effect.ignore(hold), Effect.sleep("200 millis")))
      )
      yield* sql`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = ${classId}::bigint::oid
          AND objid = ${owner}::bigint::oid AND granted`.pipe(
        Effect.orDie,
        Effect.repeat({ schedule: Schedule.spaced("10 millis"), until: (rows) => rows.length > 0 })
      )
      void first
      return Presence.of({
        owner,
        // A server that has just been started has forgotten all locks; those who live take theirs again.
        abandoned: (column) =>
          sql`(${sql(column)} <> ${owner} AND pg_postmaster_start_time() < now() - interval '5 seconds'
            AND NOT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2
              AND classid = ${classId}::bigint::oid AND objid = ${sql(column)}::bigint::oid))`
      })
    })
  )
}
