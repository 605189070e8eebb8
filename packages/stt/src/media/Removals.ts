/** Removes media that nothing needs any more, and files that a request which was cut off left behind. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Effect, Layer, Schedule } from "effect"
import { Presence } from "../Presence.ts"
import * as Wake from "../Wake.ts"
import { MediaStore } from "./MediaStore.ts"
import { Spool } from "./Spool.ts"

export const layer = Layer.effectDiscard(Effect.gen(function*() {
  const sql = yield* PgClient
  const media = yield* MediaStore
  const spool = yield* Spool
  const presence = yield* Presence
  // Locked meanwhile: who stores a medium under the same key waits until the old one is gone.
  const one = sql.withTransaction(Effect.gen(function*() {
    const [row] = yield* sql<{ mediaKey: string }>`SELECT media_key FROM stt_removals
      WHERE owner IS NULL OR ${presence.abandoned("owner")}
      ORDER BY requested_at LIMIT 1 FOR UPDATE SKIP LOCKED`
    if (row === undefined) return false
    yield* media.remove(row.mediaKey)
    yield* sql`DELETE FROM stt_removals WHERE media_key = ${row.mediaKey}`
    return true
  }))
  const work = Effect.repeat(one, { while: (removed) => removed }).pipe(
    Effect.asVoid,
    Effect.catchCause((cause) => Effect.logDebug("Media could not be removed yet", cause))
  )
  yield* Effect.forkScoped(Wake.whenever(["stt_removals"], 5000, work))
  yield* Effect.forkScoped(Effect.repeat(spool.sweep, Schedule.spaced("1 hour")))
}))
