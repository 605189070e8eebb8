/** Law 1 through the Dispatcher: whatever is interrupted, fails or changes, nothing is left behind. */
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import { assert, it } from "@effect/vitest"
import { Clock, Effect, Layer } from "effect"
import { traffic } from "./Traffic.ts"

const histories = Number(process.env["LAWS_TRAFFIC"] ?? 300)
const first = Number(process.env["LAWS_SEED"] ?? 1)

it.effect(
  `leaves nothing behind after ${histories} histories of interrupted traffic from seed ${first}`,
  Effect.fnUntraced(function*() {
    const clock = yield* Clock.Clock
    let armed = 0
    let most = 0
    let requests = 0
    const counted: Clock.Clock = {
      ...clock,
      sleep: (duration) =>
        Effect.suspend(() => {
          most = Math.max(most, ++armed)
          return Effect.ensuring(clock.sleep(duration), Effect.sync(() => armed--))
        })
    }
    for (let seed = first; seed < first + histories; seed++) {
      const timed = Dispatcher.layer().pipe(Layer.provide(Layer.succeed(Clock.Clock, counted)))
      const { arrivals, faults } = yield* Effect.scoped(Effect.provide(traffic(seed), timed))
      assert.deepStrictEqual(faults, [], `seed ${seed}`)
      requests += arrivals
      assert.strictEqual(armed, 0, `seed ${seed}: a timer is left armed`)
      assert.isAtMost(most, 1, `seed ${seed}: more than one timer at once`)
    }
    // The counting itself works, and there was something to count.
    assert.strictEqual(most, 1)
    assert.isAbove(requests, 10 * histories)
  }),
  60_000 + 500 * histories
)
