/** What is under way and has deadlines: one timer looks after all of it, so that a request costs none. */
import { Context, Effect, Layer } from "effect"
import type { Scope } from "effect"
import { GatewaySettings } from "./GatewaySettings.ts"

export interface Watched {
  /** Called now and then with a monotonic time in milliseconds; ends itself when one of its deadlines has passed. */
  readonly check: (now: number) => void
  /** The service stops and the time for finishing is spent: ends itself now. */
  readonly stop: () => void
}

export class InFlight extends Context.Service<InFlight, {
  readonly add: (watched: Watched) => void
  readonly delete: (watched: Watched) => void
  /** Succeeds when nothing is under way; interruption waits no longer. */
  readonly drained: Effect.Effect<void>
  readonly stopAll: Effect.Effect<void>
  readonly sizeUnsafe: () => number
}>()("@aiguilleur/http/InFlight") {
  static readonly layer = Layer.effect(InFlight, Effect.suspend(() => make))
}

const make: Effect.Effect<InFlight["Service"], never, GatewaySettings | Scope.Scope> = Effect.gen(function*() {
  const settings = yield* GatewaySettings
  const all = new Set<Watched>()
  const waiting = new Set<() => void>()
  // A deadline is met at most an eighth late, and never later than a quarter of a second.
  const shortest = Math.min(settings.firstByte, settings.idle, settings.total, settings.bodyIdle)
  const period = Math.min(250, Math.max(5, Math.floor(shortest / 8)))
  yield* Effect.acquireRelease(
    Effect.sync(() =>
      setInterval(() => {
        const now = performance.now()
        for (const watched of all) watched.check(now)
      }, period).unref()
    ),
    (timer) => Effect.sync(() => clearInterval(timer))
  )
  return {
    add: (watched) => all.add(watched),
    delete: (watched) => {
      if (!all.delete(watched) || all.size > 0 || waiting.size === 0) return
      for (const resume of waiting) resume()
      waiting.clear()
    },
    drained: Effect.callback<void>((resume) => {
      if (all.size === 0) return resume(Effect.void)
      const done = () => resume(Effect.void)
      waiting.add(done)
      return Effect.sync(() => waiting.delete(done))
    }),
    stopAll: Effect.sync(() => {
      for (const watched of all) watched.stop()
    }),
    sizeUnsafe: () => all.size
  }
})
