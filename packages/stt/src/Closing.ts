/** The orderly end: those who only wait are told of it, and what is under way may be waited for. */
import { Context, Effect, Latch, Layer, type Scope } from "effect"

export class Closing extends Context.Service<Closing, {
  readonly begin: Effect.Effect<void>
  /** Returns when it has begun. */
  readonly begun: Effect.Effect<void>
  readonly hasBegunUnsafe: () => boolean
  /** Under way for as long as the scope is open. */
  readonly enter: Effect.Effect<void, never, Scope.Scope>
  /** Returns when nothing is under way. */
  readonly idle: Effect.Effect<void>
}>()("@aiguilleur/stt/Closing") {
  static readonly layer = Layer.effect(
    Closing,
    Effect.gen(function*() {
      const begun = yield* Latch.make()
      const idle = yield* Latch.make(true)
      let hasBegun = false
      let entered = 0
      return Closing.of({
        begin: Effect.suspend(() => {
          hasBegun = true
          return begun.open
        }),
        begun: begun.await,
        hasBegunUnsafe: () => hasBegun,
        enter: Effect.acquireRelease(
          Effect.sync(() => {
            if (entered++ === 0) idle.closeUnsafe()
          }),
          () =>
            Effect.sync(() => {
              if (--entered === 0) idle.openUnsafe()
            })
        ),
        idle: idle.await
      })
    })
  )
}
