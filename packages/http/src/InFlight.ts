/** What is under way and has deadlines: one timer looks after all of it, so that a request costs none. */
import { Roster } from "@aiguilleur/core/Roster"
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
  /** Gives its place, under which it is deleted. */
  readonly add: (watched: Watched) => number
  readonly delete: (place: number) => void
  /** Succeeds when nothing is under way; interruption waits no longer. */
  readonly drained: Effect.Effect<void>
  readonly stopAll: Effect.Effect<void>
  readonly sizeUnsafe: () => number
}>()("@aiguilleur/http/InFlight") {
  static readonly layer = Layer.effect(InFlight, Effect.suspend(() => make))
}

const make: Effect.Effect<InFlight["Service"], never, GatewaySettings | Scope.Scope> = Effect.gen(function*() {
  const settings = yield* GatewaySettings
  const all = new Roster<number, Watched>()
  let places = 0
  const waiting = new Set<() => void>()
  // A deadline is met at most an eighth late, and never later than a quarter of a second.
  const shortest = Math.min(settings.firstByte, settings.idle, settings.total, settings.bodyIdle)
  const period = Math.min(250, Math.max(5, Math.floor(shortest / 8)))
  yield* Effect.acquireRelease(
    Effect.sync(() =>
      setInterval(() => {
        const now = performance.now()
        for (const watched of all.values()) watched.check(now)
      }, period).unref()
    ),
    (timer) => Effect.sync(() => clearInterval(timer))
  )
  return {
    add: (watched) => {
      all.add(++places, watched)
      return places
    },
    delete: (place) => {
      if (!all.delete(place) || all.size > 0 || waiting.size === 0) return
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
      for (const watched of all.values()) watched.stop()
    }),
    sizeUnsafe: () => all.size
  }
})
