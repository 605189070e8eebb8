/** How often a token may be asked for, and guessed at, in a minute; forgotten with the minute. */
import { Clock, Effect } from "effect"

/** Addresses and clients that are counted at once; beyond it all of them start again, which errs on their side. */
const counted = 10_000

export interface TokenLimits {
  /** Seconds to wait before this may be tried again, zero if it may be now. */
  readonly wait: (key: string, limit: number) => Effect.Effect<number>
  readonly count: (key: string) => Effect.Effect<void>
}

export const make = (): TokenLimits => {
  const counts = new Map<string, number>()
  let minute = 0
  const turn = Effect.map(Clock.currentTimeMillis, (millis) => {
    const current = Math.floor(millis / 60_000)
    if (current !== minute || counts.size > counted) counts.clear()
    minute = current
    return 60 - Math.floor((millis % 60_000) / 1000)
  })
  return {
    wait: (key, limit) => Effect.map(turn, (seconds) => (counts.get(key) ?? 0) < limit ? 0 : seconds),
    count: (key) => Effect.map(turn, () => void counts.set(key, (counts.get(key) ?? 0) + 1))
  }
}
