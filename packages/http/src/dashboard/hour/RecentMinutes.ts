/** The last hour's minutes: where they come from, and how they are remembered without a database. */
import type { UsageRow } from "@aiguilleur/store/UsageRow"
import { Context, Effect, Layer } from "effect"
import { rowOf } from "../../StoredUsage.ts"
import { UsageLog } from "../../UsageLog.ts"
import { bucketOf, lengths, times } from "./Scale.ts"
import { count, Minute } from "./Tally.ts"

export const minute = 60_000
export const minutes = 60

/** By the minute in which requests ended, epoch milliseconds divided by 60 000. */
export type Minutes = ReadonlyMap<number, Minute>

export class RecentMinutes extends Context.Service<RecentMinutes, {
  readonly source: "table" | "memory"
  /** Of the last hour, and perhaps of a few minutes before. */
  readonly read: Effect.Effect<Minutes>
}>()("@aiguilleur/http/RecentMinutes") {}

export const add = (into: Minute, row: UsageRow): void => {
  // Without a strategy there was no such model: its name is whatever the caller made up.
  const model = row.strategy === null ? "" : row.model
  const tally = into.of({ organisation: row.organisation ?? "", model, priority: row.priority ?? 0 })
  tally.requests++
  tally.prompt += row.promptTokens ?? 0
  tally.output += row.outputTokens ?? 0
  tally.requeues += row.requeues
  if (row.ending !== "released") tally[row.ending]++
  if (row.ending !== "released" && row.ending !== "withdrawn") count(tally.reasons, `${row.ending} ${row.reason ?? ""}`)
  if (row.grantedAt !== null) count(tally.wait, bucketOf(times, row.grantedAt - row.arrivedAt))
  if (row.grantedAt !== null && row.firstByteAt !== null) {
    count(tally.ttft, bucketOf(times, row.firstByteAt - row.grantedAt))
  }
  if (row.promptTokens !== null) count(tally.prompts, bucketOf(lengths, row.promptTokens))
  if (row.outputTokens !== null) count(tally.outputs, bucketOf(lengths, row.outputTokens))
}

/** Forgets what nobody asks for any more. */
export const prune = (all: Map<number, Minute>, now: number): void => {
  for (const at of all.keys()) if (at < now - minutes) all.delete(at)
}

/** Around whatever keeps usage, for a gateway without a database. */
export const layerMemory = Layer.effectContext(Effect.gen(function*() {
  const usage = yield* UsageLog
  const all = new Map<number, Minute>()
  const log = UsageLog.of({
    offer: (request) => {
      usage.offer(request)
      const at = Math.floor(request.finishedAt / minute)
      let own = all.get(at)
      if (own === undefined) {
        prune(all, at)
        all.set(at, own = new Minute())
      }
      add(own, rowOf(request))
    }
  })
  return Context.make(UsageLog, log).pipe(
    Context.add(RecentMinutes, { source: "memory", read: Effect.succeed(all) })
  )
}))
