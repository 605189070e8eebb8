/** The reserve holds slots for an owner's ticket that the server would take, and for no other (DESIGN §3.4). */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { fleet, hold, model, server } from "./Fleet.ts"

const owner = (priority: number) => ({ caller: { key: "own", organisation: "univ-a", priority } })
const guest = (priority: number) => ({ caller: { key: "guest", organisation: "univ-b", priority } })

describe("Owner reserve", () => {
  const narrow = server("narrow", { maxConcurrent: 1, headroom: 1, ownerReserve: 1 })

  it.effect("leaves headroom to an urgent guest while the owner's ticket is not entitled to it", () =>
    Effect.gen(function*() {
      yield* hold("busy", guest(0))
      const own = yield* hold("own", owner(0))
      const urgent = yield* hold("urgent", guest(5))
      assert.lengthOf(urgent.leases, 1)
      assert.lengthOf(own.leases, 0)
    }).pipe(Effect.provide(fleet([narrow], [model([narrow])]))))

  it.effect("goes to the owner's least urgent ticket before a guest's most urgent one", () =>
    Effect.gen(function*() {
      const busy = yield* hold("busy", owner(0))
      const urgent = yield* hold("urgent", { ...guest(5), model: "m" })
      assert.lengthOf(urgent.leases, 1)
      const late = yield* hold("late", guest(3))
      const own = yield* hold("own", owner(0))
      yield* busy.end()
      yield* urgent.end()
      assert.lengthOf(own.leases, 1)
      assert.lengthOf(late.leases, 0)
    }).pipe(Effect.provide(fleet([narrow], [model([narrow])]))))

  it.effect("reserves nothing for an owner's ticket that the policy holds back", () =>
    Effect.gen(function*() {
      const shared = server("shared", { maxConcurrent: 2, ownerReserve: 1 })
      const slow = model([shared], { name: "slow", policy: "performance", ttftThreshold: 100 })
      yield* Effect.gen(function*() {
        const busy = yield* hold("busy", { ...guest(0), model: "slow" })
        for (let sample = 0; sample < 5; sample++) busy.leases[0]!.firstData(900)
        const own = yield* hold("own", { ...owner(5), model: "slow" })
        const other = yield* hold("other", guest(0))
        assert.lengthOf(own.leases, 0)
        assert.lengthOf(other.leases, 1)
      }).pipe(Effect.provide(fleet([shared], [slow, model([shared])])))
    }))
})
