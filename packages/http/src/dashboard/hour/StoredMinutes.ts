/** The last hour's minutes from the usage table: those that are over are read once, the present one again and again. */
import { Usage } from "@aiguilleur/store/Usage"
import { Clock, Effect, Layer, Semaphore } from "effect"
import { minute, minutes, prune, RecentMinutes } from "./RecentMinutes.ts"
import { lengths, times } from "./Scale.ts"
import { count, Minute } from "./Tally.ts"

/** Rows are written up to a second or so after they ended, and later still while the database was away. */
const settled = 2

export const layer = Layer.effect(
  RecentMinutes,
  Effect.gen(function*() {
    const usage = yield* Usage
    const one = yield* Semaphore.make(1)
    const all = new Map<number, Minute>()
    /** The first minute that is to be read again. */
    let next = 0

    const refresh = Effect.gen(function*() {
      const now = Math.floor((yield* Clock.currentTimeMillis) / minute)
      prune(all, now)
      const from = Math.max(next, now - minutes)
      const sums = yield* usage.sums({ from: from * minute, times, lengths })
      for (const at of all.keys()) if (at >= from) all.delete(at)
      for (const sum of sums) {
        const at = Math.floor(sum.minute / minute)
        let own = all.get(at)
        if (own === undefined) all.set(at, own = new Minute())
        const tally = own.of({ organisation: sum.organisation, model: sum.model, priority: sum.priority })
        tally.requests += sum.requests
        tally.prompt += sum.prompt
        tally.output += sum.output
        tally.requeues += sum.requeues
        if (sum.ending !== "released") tally[sum.ending] += sum.requests
        if (sum.ending !== "released" && sum.ending !== "withdrawn") {
          count(tally.reasons, `${sum.ending} ${sum.reason}`, sum.requests)
        }
        for (const name of ["wait", "ttft", "prompts", "outputs"] as const) {
          const bucket = sum[name]
          if (bucket !== null) count(tally[name], bucket, sum.requests)
        }
      }
      next = now - settled
    })

    // A database that is away leaves the minutes that are known.
    const read = Effect.as(one.withPermit(Effect.ignore(refresh)), all)
    return { source: "table", read }
  })
)
