/** The orderly end: nothing new is accepted, what waits is refused, what runs may finish, what is left is told why. */
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import { Event } from "@aiguilleur/core/Event"
import { Context, Effect, Layer } from "effect"
import { GatewaySettings } from "./GatewaySettings.ts"
import { InFlight } from "./InFlight.ts"
import { Listener } from "./Listener.ts"

/** What error events need to leave before their sockets go. */
const lastWords = 500

export class Stopping extends Context.Service<Stopping, {
  readonly begunUnsafe: () => boolean
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
      let begun = false
      const end = Effect.gen(function*() {
        begun = true
        yield* listener.refuse
        const running = inFlight.sizeUnsafe()
        if (running > 0) yield* Effect.logInfo(`Stopping: ${running} requests are under way`)
        yield* dispatcher.change(Event.Stopping())
        const drained = yield* Effect.timeoutOption(inFlight.drained, settings.shutdown)
        if (drained._tag === "None") {
          yield* inFlight.stopAll
          yield* Effect.timeoutOption(inFlight.drained, lastWords)
        }
        yield* listener.hangUp
      })
      return { begunUnsafe: () => begun, end }
    })
  )
}
