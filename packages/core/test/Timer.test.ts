/** The one timer rings at the earliest instant at which anything is due, whichever came first. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { fleet, hold, model, server } from "./Fleet.ts"

describe("Timer", () => {
  const s1 = server("s1", { maxConcurrent: 1 })

  it.effect("moves forward for a ticket that has less patience than those before it", () =>
    Effect.gen(function*() {
      yield* hold("busy")
      const patient = yield* hold("patient")
      const brief = yield* hold("brief", { maxWait: 2_000 })
      yield* TestClock.adjust(1_999)
      assert.isUndefined(brief.fiber.pollUnsafe())
      yield* TestClock.adjust(1)
      assert.isDefined(brief.fiber.pollUnsafe())
      yield* TestClock.adjust(27_999)
      assert.isUndefined(patient.fiber.pollUnsafe())
      yield* TestClock.adjust(1)
      assert.isDefined(patient.fiber.pollUnsafe())
    }).pipe(Effect.provide(fleet([s1], [model([s1], { patience: 30_000 })]))))
})
