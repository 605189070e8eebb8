import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import { Outcome } from "@aiguilleur/core/Outcome"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import type { Held } from "./Fleet.ts"
import { fleet, hold, model, server, settled } from "./Fleet.ts"

const s1 = server("s1")
const s2 = server("s2")

const performance = { strategy: "least-busy", policy: "performance" } as const
const sample = (url: string, ttft: number) => ({ _tag: "LoadSampled", url, model: "m", load: { ttft } }) as const

describe("a ticket that the performance policy holds", () => {
  it.effect("is granted at the instant of the load sample that lets it in, with one requeue", () =>
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      const first = yield* hold("first")
      yield* dispatcher.change(sample(s1.url, 900))
      const waiter = yield* hold("waiter")
      assert.lengthOf(waiter.leases, 0)
      yield* TestClock.adjust(1_000)
      assert.lengthOf(waiter.leases, 0)
      yield* dispatcher.change(sample(s1.url, 300))
      yield* settled
      assert.lengthOf(waiter.leases, 1)
      assert.strictEqual(waiter.leases[0]!.requeues, 1)
      assert.strictEqual(waiter.leases[0]!.waited, 1_000)
      assert.strictEqual(waiter.leases[0]!.grantedAt - waiter.leases[0]!.arrivedAt, 1_000)
      assert.strictEqual(first.leases[0]!.requeues, 0)
    }).pipe(Effect.provide(fleet([s1], [model([s1], performance)]))))

  it.effect("is overtaken by a more urgent arrival, and by nobody else", () =>
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      yield* hold("first")
      yield* dispatcher.change(sample(s1.url, 900))
      const waiter = yield* hold("waiter", { caller: { priority: 2 } })
      const same = yield* hold("same", { caller: { priority: 2 } })
      const urgent = yield* hold("urgent", { caller: { key: "other", priority: 5 } })
      yield* dispatcher.change(sample(s1.url, 300))
      yield* settled
      assert.deepStrictEqual([waiter, same, urgent].map(({ leases }) => leases.length), [0, 0, 1])
      yield* urgent.end()
      assert.deepStrictEqual([waiter, same].map(({ leases }) => leases.length), [1, 0])
    }).pipe(Effect.provide(fleet([s1], [model([s1], performance)]))))

  it.effect("is let in by an idle server however slow that was, one at a time", () =>
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      yield* dispatcher.change(sample(s1.url, 9_000))
      const one = yield* hold("one")
      const two = yield* hold("two")
      assert.deepStrictEqual([one, two].map(({ leases }) => leases.length), [1, 0])
      yield* one.end()
      assert.lengthOf(two.leases, 1)
    }).pipe(Effect.provide(fleet([s1], [model([s1], performance)]))))

  it.effect("is granted at the very millisecond at which the slow samples leave the window", () =>
    Effect.gen(function*() {
      const busy = yield* hold("busy")
      const slow = busy.leases[0]!
      for (let at = 0; at < 5; at++) slow.firstData(2_000)
      yield* TestClock.adjust(10_000)
      for (let at = 0; at < 5; at++) slow.firstData(100)
      const waiter = yield* hold("waiter")
      yield* TestClock.adjust(49_999)
      assert.lengthOf(waiter.leases, 0)
      yield* TestClock.adjust(1)
      assert.lengthOf(waiter.leases, 1)
      assert.strictEqual(waiter.leases[0]!.waited, 50_000)
    }).pipe(Effect.provide(fleet([s1], [model([s1], performance)]))))
})

describe("a waiting ticket", () => {
  it.effect("gets a slot that is released, before any timer advances", () =>
    Effect.gen(function*() {
      const holders = [yield* hold("one"), yield* hold("two")]
      const waiter = yield* hold("waiter")
      assert.lengthOf(waiter.leases, 0)
      yield* holders[0]!.end()
      assert.lengthOf(waiter.leases, 1)
      assert.strictEqual(waiter.leases[0]!.waited, 0)
      assert.strictEqual(waiter.leases[0]!.requeues, 1)
    }).pipe(Effect.provide(fleet([s1], [model([s1])]))))

  it.effect("is overtaken after exactly one ageing step less than its difference in priority", () =>
    Effect.gen(function*() {
      const holders = [yield* hold("one"), yield* hold("two")]
      const old = yield* hold("old", { caller: { key: "low", priority: 3 } })
      yield* TestClock.adjust(59_999)
      const fresh = yield* hold("fresh", { caller: { key: "high", priority: 4 } })
      yield* holders[0]!.end()
      assert.deepStrictEqual([old, fresh].map(({ leases }) => leases.length), [0, 1])
    }).pipe(Effect.provide(fleet([s1], [model([s1])]))))

  it.effect("goes before a more urgent later one once ageing has made them equal, with nothing else happening", () =>
    Effect.gen(function*() {
      const holders = [yield* hold("one"), yield* hold("two")]
      const old = yield* hold("old", { caller: { key: "low", priority: 3 } })
      yield* TestClock.adjust(59_999)
      const fresh = yield* hold("fresh", { caller: { key: "low", priority: 4 }, priority: 4 })
      yield* TestClock.adjust(1)
      yield* holders[0]!.end()
      assert.deepStrictEqual([old, fresh].map(({ leases }) => leases.length), [1, 0])
    }).pipe(Effect.provide(fleet([s1], [model([s1])]))))

  it.effect("does not age when ageing is off", () =>
    Effect.gen(function*() {
      const holders = [yield* hold("one"), yield* hold("two")]
      const old = yield* hold("old", { caller: { key: "low", priority: 3 } })
      yield* TestClock.adjust(500_000)
      const fresh = yield* hold("fresh", { caller: { key: "high", priority: 4 } })
      yield* holders[0]!.end()
      assert.deepStrictEqual([old, fresh].map(({ leases }) => leases.length), [0, 1])
    }).pipe(Effect.provide(fleet([s1], [model([s1])], { settings: { ageing: undefined } }))))

  it.effect("is granted at the very millisecond at which a hold-off ends", () =>
    Effect.gen(function*() {
      const first = yield* hold("first")
      yield* first.end(Outcome.Busy({ retryAfter: 7_000 }))
      assert.lengthOf(first.leases, 1)
      yield* TestClock.adjust(6_999)
      assert.lengthOf(first.leases, 1)
      yield* TestClock.adjust(1)
      assert.lengthOf(first.leases, 2)
      assert.strictEqual(first.leases[1]!.requeues, 1)
      assert.strictEqual(first.leases[1]!.arrivedAt, first.leases[0]!.arrivedAt)
      assert.strictEqual(first.leases[1]!.attempt, 2)
    }).pipe(Effect.provide(fleet([s1], [model([s1])]))))
})

describe("a cold server", () => {
  it.effect("gets one request, not the flood, and the rest at its first data", () =>
    Effect.gen(function*() {
      const crowd: Array<Held> = []
      for (let at = 0; at < 6; at++) crowd.push(yield* hold(`crowd-${at}`))
      const granted = () => crowd.filter(({ leases }) => leases.length > 0)
      const byServer = (url: string) => granted().filter(({ leases }) => leases[0]!.server.url === url)
      assert.lengthOf(byServer(s1.url), 2)
      assert.lengthOf(byServer(s2.url), 1)
      byServer(s2.url)[0]!.leases[0]!.firstData(100)
      yield* settled
      assert.lengthOf(byServer(s2.url), 2)
    }).pipe(Effect.provide(fleet([s1, s2], [model([s1, s2])], { cold: [s2] }))))
})
