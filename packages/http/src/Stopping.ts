/** The orderly end: nothing new is accepted, what waits is refused, what runs may finish, what is left is told why. */
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import { Event } from "@aiguilleur/core/Event"
import { Context, Effect, Layer } from "effect"
import { GatewaySettings } from "./GatewaySettings.ts"
import { InFlight } from "./InFlight.ts"
import { Listener } from "./Listener.ts"

/** What error events need to leave before their sockets go. */
const lastWords = 500

/** A part of the service with requests of its own. */
export interface Other {
  readonly begin: Effect.Effect<void>
  /** Returns when nothing of it is under way. */
  readonly idle: Effect.Effect<void>
}

export class Stopping extends Context.Service<Stopping, {
  readonly begunUnsafe: () => boolean
  /** What else is told first, and waited for within the same time. */
  readonly include: (other: Other) => Effect.Effect<void>
  /** Takes at most the time that the settings give, and a moment for last words. */
  readonly end: Effect.Effect<void>
}>()("@aiguilleur/http/Stopping") {
  static readonly layer = Layer.effect(
    Stopping,
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      const settings = yield* GatewaySettings
      const inFlight = yield* InFlight
      const listener = yield* Listener
      const others: Array<Other> = []
      let begun = false
      const end = Effect.gen(function*() {
        begun = true
        yield* listener.refuse
        const running = inFlight.sizeUnsafe()
        if (running > 0) yield* Effect.logInfo(`Stopping: ${running} requests are under way`)
        yield* dispatcher.change(Event.Stopping())
        yield* Effect.forEach(others, (other) => other.begin)
        const drained = yield* Effect.timeoutOption(
          Effect.forEach([inFlight.drained, ...others.map((other) => other.idle)], (all) => all),
          settings.shutdown
        )
        if (drained._tag === "None") {
          yield* inFlight.stopAll
          yield* Effect.timeoutOption(inFlight.drained, lastWords)
        }
        yield* listener.hangUp
      })
      return { begunUnsafe: () => begun, include: (other) => Effect.sync(() => void others.push(other)), end }
    })
  )
}
