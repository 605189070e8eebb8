/** What waiting tickets are told of their place and their wait. */
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import { wait } from "@aiguilleur/core/Outlook"
import { Pace } from "@aiguilleur/core/Pace"
import { defaults } from "@aiguilleur/core/Settings"
import type { ModelState, State } from "@aiguilleur/core/State"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import { fleet, hold, model, server } from "./Fleet.ts"

const forecast = (id: string) =>
  Effect.flatMap(Dispatcher, (dispatcher) => Effect.map(dispatcher.forecast(id), Option.getOrThrow))

/** Grants of equal work, one each so many milliseconds, while others wait. */
const paced = (every: number, grants: number, from = 0): Pace => {
  const pace = new Pace(0)
  for (let at = 0; at < 5; at++) pace.enter(from, 100)
  for (let at = 1; at <= grants; at++) {
    pace.enter(from + at * every, 100)
    pace.leave(from + at * every, 100)
    pace.grant(100)
  }
  return pace
}

describe("Pace", () => {
  it("is known after a few grants, and is that of the last ones", () => {
    assert.isUndefined(paced(10, 3).perWork)
    const pace = paced(10, 200)
    assert.closeTo(pace.perWork!, 0.1, 1e-9)
    for (let at = 1; at <= 300; at++) {
      pace.enter(2_000 + at * 40, 100)
      pace.leave(2_000 + at * 40, 100)
      pace.grant(100)
    }
    assert.closeTo(pace.perWork!, 0.4, 1e-9)
  })

  it("counts no time in which nothing waited", () => {
    const pace = new Pace(0)
    for (let at = 0; at < 50; at++) {
      pace.enter(at * 10_000, 100)
      pace.leave(at * 10_000 + 20, 100)
      pace.grant(100)
    }
    assert.closeTo(pace.perWork!, 0.2, 1e-9)
  })

  it("spreads wider where the same work took now long, now short", () => {
    const even = paced(10, 200)
    const uneven = new Pace(0)
    for (let at = 0; at < 5; at++) uneven.enter(0, 100)
    let now = 0
    for (let at = 0; at < 200; at++) {
      now += at % 10 === 0 ? 91 : 1
      uneven.enter(now, 100)
      uneven.leave(now, 100)
      uneven.grant(100)
    }
    assert.isAbove(uneven.spread(300, 30, now), 1.5 * even.spread(300, 30, 2_000))
  })
})

const one = server("one", { maxConcurrent: 1 })

describe("Forecast", () => {
  it.effect("supposes what the configuration says until something was settled", () =>
    Effect.gen(function*() {
      yield* hold("first", { work: { promptBytes: 4_000 } })
      yield* hold("second", { work: { promptBytes: 4_000 } })
      // 1 000 tokens of prompt and an answer of 250, at 100 tokens a second.
      const { position, wait } = yield* forecast("second")
      assert.strictEqual(position, 1)
      assert.strictEqual(wait!.p50, 15_000)
      assert.isAbove(wait!.p90, wait!.p50)
    }).pipe(Effect.provide(
      // A cold server has settled nothing, and takes one at a time.
      fleet([one], [model([one])], { settings: { slotPace: 100 }, cold: [one] })
    )))

  it.effect("goes by the pace of its line once that is known", () =>
    Effect.gen(function*() {
      const held = []
      for (let at = 0; at < 12; at++) held.push(yield* hold(`t${at}`, { work: { promptBytes: 400 } }))
      for (let at = 0; at < 6; at++) {
        yield* TestClock.adjust("4 seconds")
        yield* held[at]!.end()
      }
      // t6 is served; t7 to t11 wait, one grant each four seconds.
      const { position, wait } = yield* forecast("t9")
      assert.strictEqual(position, 3)
      assert.closeTo(wait!.p50, 12_000, 1)
    }).pipe(Effect.provide(fleet([one], [model([one])]))))

  it.effect("tells each line by its own pace: the urgent do not wait for the others", () =>
    Effect.gen(function*() {
      yield* hold("held")
      for (let at = 0; at < 5; at++) yield* hold(`batch ${at}`, { priority: 0 })
      yield* hold("urgent", { priority: 5 })
      assert.strictEqual((yield* forecast("urgent")).position, 1)
      assert.strictEqual((yield* forecast("batch 0")).position, 2)
      assert.strictEqual((yield* forecast("batch 4")).position, 6)
    }).pipe(Effect.provide(fleet([one], [model([one])]))))

  it("promises nobody more than what ageing will bring, and what waits by then", () => {
    const line = paced(40_000, 30)
    const all = paced(1_000, 30)
    const state = { settings: defaults } as State
    const model = { pace: all, pairs: [] as ModelState["pairs"] } as ModelState
    const told = (priority: number, settings = state.settings) =>
      wait({ ...state, settings }, model, line, { arrivedAt: 0, priority }, { work: 1_000, before: 1_000 }, 0)!.p50
    // Ten grants of its line take 400 s; after one minute, or two, it goes before newcomers, and five wait in all.
    assert.strictEqual(told(4), 60_000)
    assert.strictEqual(told(3), 120_000)
    assert.strictEqual(told(4, { ...defaults, ageing: undefined }), 400_000)
    // At the best priority there is nothing left to hope from ageing.
    assert.strictEqual(told(5), 400_000)
  })
})
