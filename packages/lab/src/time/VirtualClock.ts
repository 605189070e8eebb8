/** Effect's Clock over an agenda: the dispatcher's one timer becomes an entry like any other. */
import type { Clock } from "effect"
import { Duration, Effect } from "effect"
import type { Agenda } from "./Agenda.ts"

export const make = (agenda: Agenda): Clock.Clock => {
  const millis = () => Math.floor(agenda.now)
  const nanos = () => BigInt(Math.round(agenda.now * 1e6))
  return {
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: nanos,
    monotonicTimeNanos: Effect.sync(nanos),
    // the fiber resumes inside the entry, so that all it does happens at that very instant
    sleep: (duration) =>
      Effect.callback<void>((resume) => {
        const entry = agenda.put(agenda.now + Duration.toMillis(duration), () => resume(Effect.void))
        return Effect.sync(() => {
          entry.cancelled = true
        })
      })
  }
}
