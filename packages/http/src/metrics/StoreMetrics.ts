/** The database and what waits for it. */
import { Database } from "@aiguilleur/store/Database"
import { UsageBuffer } from "@aiguilleur/store/UsageBuffer"
import { Effect, Layer } from "effect"
import { counter, gauge } from "./Definition.ts"
import { Metrics } from "./Metrics.ts"

export const definitions = {
  up: gauge("aiguilleur_database_up", "1", "1 if the database answered within a second, else 0"),
  waiting: gauge("aiguilleur_usage_rows_waiting", "rows", "Usage rows that are not written yet"),
  lost: counter(
    "aiguilleur_usage_rows_lost_total",
    "rows",
    "Usage rows that were dropped: beyond the buffer's bound, rejected, or unwritten at the end"
  )
}

export const layer = Layer.effectDiscard(Effect.gen(function*() {
  const metrics = yield* Metrics
  const buffer = yield* UsageBuffer
  const { answers } = yield* Database
  metrics.also((text) =>
    Effect.map(answers, (up) => {
      text.add(definitions.up, up ? 1 : 0)
      text.add(definitions.waiting, buffer.pending())
      text.add(definitions.lost, buffer.lost())
    })
  )
}))
