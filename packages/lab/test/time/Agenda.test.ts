/** Virtual time: what happens when, and that Effect's own sleep follows it. */
import { Agenda } from "@aiguilleur/lab/time/Agenda"
import * as Dice from "@aiguilleur/lab/time/Dice"
import * as VirtualClock from "@aiguilleur/lab/time/VirtualClock"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Schema } from "effect"

describe("Agenda", () => {
  it.prop("runs entries by time, and those of one instant in the order in which they were put in", [
    Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 20 })))
  ], ([times]) => {
    const agenda = new Agenda()
    const ran: Array<readonly [number, number]> = []
    for (const [index, at] of times.entries()) agenda.put(at, () => ran.push([at, index]))
    agenda.runTo(20)
    assert.deepStrictEqual(
      ran,
      times.map((at, index) => [at, index] as const).toSorted(([a, i], [b, j]) => a - b || i - j)
    )
  })

  it("does not run what was cancelled, nor what lies beyond", () => {
    const agenda = new Agenda()
    const ran: Array<string> = []
    agenda.put(5, () => ran.push("cancelled")).cancelled = true
    agenda.put(6, () => ran.push("now"))
    agenda.put(7.5, () => ran.push("later"))
    agenda.runTo(7)
    assert.deepStrictEqual([ran, agenda.now], [["now"], 7])
  })

  it("wakes a sleeping fiber at its instant, and forgets one that was interrupted", () => {
    const agenda = new Agenda()
    const clock = VirtualClock.make(agenda)
    const woken: Array<number> = []
    const sleep = (millis: number) =>
      Effect.runFork(
        Effect.andThen(Effect.sleep(millis), Effect.sync(() => woken.push(agenda.now))).pipe(
          Effect.provideService(Clock.Clock, clock)
        )
      )
    sleep(30)
    sleep(10)
    sleep(20).interruptUnsafe()
    agenda.runTo(100)
    assert.deepStrictEqual(woken, [10, 30])
  })
})

describe("Dice", () => {
  it("gives the same numbers for the same seed and name, and others for another", () => {
    const rolls = (seed: number, name: string) => {
      const dice = Dice.make(seed, name)
      return Array.from({ length: 5 }, dice.roll)
    }
    assert.deepStrictEqual(rolls(1, "a"), rolls(1, "a"))
    assert.notDeepEqual(rolls(1, "a"), rolls(1, "b"))
    assert.notDeepEqual(rolls(1, "a"), rolls(2, "a"))
  })

  it("has the means and spreads that it promises", () => {
    const dice = Dice.make(1, "moments")
    const mean = (draw: () => number) =>
      Array.from({ length: 20_000 }, draw).reduce((sum, value) => sum + value, 0) / 20_000
    assert.closeTo(mean(dice.roll), 0.5, 0.01)
    assert.closeTo(mean(dice.exponential), 1, 0.03)
    assert.closeTo(mean(() => dice.normal() ** 2), 1, 0.05)
  })
})
