/** The wall clock of the machine is put forward and back while requests are under way. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { rowOf } from "../src/StoredUsage.ts"
import * as Rig from "./Rig.ts"
import { until } from "./Served.ts"

const hour = 3_600_000

/** On a machine that is busy. */
const limit = 30_000

/** For everything in this process, from now to the end of the scope. */
const jump = (by: number) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const before = Date.now
      Date.now = () => before() + by
      return before
    }),
    (before) =>
      Effect.sync(() => {
        Date.now = before
      })
  )

const oneSlot = { servers: [{ manual: true }], server: { maxConcurrent: 1 } } as const

/** One that holds the only slot, and one that waits for it. */
const twoRequests = Effect.fnUntraced(function*(rig: Rig.Rig) {
  const holder = yield* Effect.forkChild(Effect.flatMap(Rig.post(rig, Rig.chat({ stream: true })), Rig.text))
  yield* rig.server.awaitRequests(1)
  const waiter = yield* Effect.forkChild(Rig.post(rig, Rig.chat()))
  yield* until(Effect.map(rig.dispatcher.snapshot, ({ waiting }) => waiting === 1))
  return { holder, waiter }
})

describe("A clock", () => {
  for (const [which, by] of [["put forward", hour], ["put back", -hour]] as const) {
    it.live(`that is ${which} by an hour ends no request, and no row tells of an hour`, () =>
      Effect.gen(function*() {
        const rig = yield* Rig.make(oneSlot)
        const { holder, waiter } = yield* twoRequests(rig)
        yield* jump(by)
        // Whatever has a deadline is looked at.
        yield* until(Effect.map(rig.dispatcher.snapshot, ({ at }) => at > 0))
        rig.server.resume()
        assert.include(yield* Fiber.join(holder), "[DONE]")
        assert.strictEqual((yield* Fiber.join(waiter)).status, 200)
        yield* rig.inFlight.drained
        for (const row of rig.usage.last.map(rowOf)) {
          const instants = [row.arrivedAt, row.grantedAt!, row.firstByteAt!, row.finishedAt]
          assert.deepStrictEqual(instants, instants.toSorted((a, b) => a - b))
          assert.isBelow(row.finishedAt - row.arrivedAt, hour / 2)
        }
      }), limit)
  }

  it.live("that is put back makes nobody wait beyond its patience", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ ...oneSlot, patience: 200 })
      const { waiter } = yield* twoRequests(rig)
      yield* jump(-hour)
      const response = yield* Fiber.join(waiter)
      assert.strictEqual(response.status, 504)
      rig.server.resume()
    }), limit)

  it.live("that is put back keeps no server out, and no address that sent wrong keys", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ settings: { wrongKeys: 1 } })
      yield* rig.server.kill
      yield* until(Effect.map(rig.dispatcher.snapshot, ({ servers }) => servers[0]!.state === "ejected"))
      for (let times = 0; times < 2; times++) yield* Rig.post(rig, Rig.chat(), { key: "wrong" })
      assert.strictEqual((yield* Rig.post(rig, Rig.chat())).status, 429)
      yield* jump(-hour)
      yield* rig.server.start
      yield* until(Effect.map(Rig.post(rig, Rig.chat()), ({ status }) => status === 200))
    }), limit)
})
