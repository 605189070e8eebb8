/** Brings what the shadows of models have seen into the database, every few seconds and once more at the end. */
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import * as Shadow from "@aiguilleur/core/Shadow"
import { Shadows } from "@aiguilleur/store/Shadows"
import { Effect, Layer } from "effect"

const every = "5 seconds"

export const layer = Layer.effectDiscard(Effect.gen(function*() {
  const dispatcher = yield* Dispatcher
  const shadows = yield* Shadows
  /** What the database did not take yet: at most a tally for each pair that was tried meanwhile. */
  let kept = new Map<string, Shadow.Tally>()

  const write = Effect.gen(function*() {
    for (const tally of yield* dispatcher.shadows) {
      const id = Shadow.idOf(tally)
      const before = kept.get(id)
      kept.set(id, before === undefined ? tally : Shadow.added(before, tally))
    }
    if (kept.size === 0) return
    yield* shadows.add([...kept.values()])
    kept = new Map()
  }).pipe(
    Effect.uninterruptible,
    // It can wait: the next time there is more to tell.
    Effect.catchTag("DatabaseError", () => Effect.void)
  )

  yield* Effect.addFinalizer(() => write)
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(every), write)))
}))
