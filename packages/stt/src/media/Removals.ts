/** Removes media that nothing needs any more, and files that a request which was cut off left behind. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Effect, Layer, Schedule } from "effect"
import * as Wake from "../Wake.ts"
import { MediaStore } from "./MediaStore.ts"
import { Spool } from "./Spool.ts"

export const layer = Layer.effectDiscard(Effect.gen(function*() {
  const sql = yield* PgClient
  const media = yield* MediaStore
  const spool = yield* Spool
  const work = Effect.gen(function*() {
    const rows = yield* sql<{ mediaKey: string }>`SELECT media_key FROM stt_removals ORDER BY requested_at LIMIT 100`
    for (const { mediaKey } of rows) {
      yield* media.remove(mediaKey)
      yield* sql`DELETE FROM stt_removals WHERE media_key = ${mediaKey}`
    }
  }).pipe(Effect.catchCause((cause) => Effect.logDebug("Media could not be removed yet", cause)))
  yield* Effect.forkScoped(Wake.whenever(["stt_removals"], 30_000, work))
  yield* Effect.forkScoped(Effect.repeat(spool.sweep, Schedule.spaced("1 hour")))
}))
