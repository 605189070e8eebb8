import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import type { Notice } from "@aiguilleur/core/Notice"
import { Outcome } from "@aiguilleur/core/Outcome"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { fleet, hold, model, server, settled } from "./Fleet.ts"

const s1 = server("s1", { maxConcurrent: 2, ownerReserve: 1 })
const s2 = server("s2", { maxConcurrent: 1, organisation: "univ-b" })
const two = fleet([s1, s2], [model([s1, s2], { strategy: "round-robin" })])
const guest = { organisation: "univ-b", key: "key-b", priority: 1 }

const board = Effect.map(Dispatcher, (dispatcher) => dispatcher.boardUnsafe())

describe("the board", () => {
  it.effect("shows who holds a server's slots and why it takes no more", () =>
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      for (const id of ["a", "b", "c"]) yield* hold(id)
      yield* dispatcher.change({ _tag: "ServerEjected", url: s2.url })
      const { servers } = yield* board
      const [first, second] = servers
      assert.deepStrictEqual(first!.holders, [{ organisation: "univ-a", model: "m", count: first!.leases }])
      assert.strictEqual(first!.pairs[0]!.obstacle, "full")
      assert.strictEqual(second!.pairs[0]!.obstacle, "ejected")
      assert.deepStrictEqual([second!.state, second!.because, second!.ejectedUntil], ["ejected", "Operator", Infinity])
    }).pipe(Effect.provide(two)))

  it.effect("holds a server against the best of those that take work", () =>
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      for (const [site, ttft] of [["s1", 1_000], ["s2", 100]] as const) {
        const held = yield* hold(site, { caller: { sites: [site] } })
        for (let sample = 0; sample < 5; sample++) held.leases[0]!.firstData(ttft)
        yield* settled
      }
      const buckets = Effect.map(board, ({ servers }) => servers.map(({ pairs: [pair] }) => pair!.bucket))
      assert.deepStrictEqual(yield* buckets, [5, 0])
      yield* dispatcher.change({ _tag: "ServerEjected", url: s2.url })
      assert.deepStrictEqual(yield* buckets, [0, 0])
    }).pipe(Effect.provide(two)))

  it.effect("groups what waits by organisation and effective priority, with the arrival of the first", () =>
    Effect.gen(function*() {
      for (const id of ["a", "b", "c"]) yield* hold(id)
      const at = (yield* board).at
      yield* hold("old", { caller: guest })
      yield* TestClock.adjust("61 seconds")
      yield* hold("new", { caller: guest })
      yield* hold("newer", { caller: guest })
      const [shown] = (yield* board).models
      assert.deepStrictEqual(shown!.waiting, [
        { organisation: "univ-b", priority: 2, count: 1, oldest: at },
        { organisation: "univ-b", priority: 1, count: 2, oldest: at + 61_000 }
      ])
      const { obstacles, servers, ticket } = shown!.longest[0]!
      assert.deepStrictEqual([ticket, servers, obstacles], ["old", 2, [["full", 2]]])
    }).pipe(Effect.provide(two)))

  it.effect("shows which organisations compete for the same slots, and whose requests wait", () =>
    Effect.gen(function*() {
      yield* hold("own", { caller: { sites: ["s1"] } })
      yield* hold("taken", { caller: { ...guest, sites: ["s1"] } })
      const waiting = yield* hold("waiting", { caller: { ...guest, key: "other", sites: ["s1"] } })
      assert.lengthOf(waiting.leases, 0)
      const { models, pools: [pool] } = yield* board
      assert.deepStrictEqual(models[0]!.longest[0]!.obstacles, [["full", 1]])
      assert.deepStrictEqual(pool!.models, ["m"])
      assert.deepStrictEqual(
        pool!.shares.map(({ active, backlogged, organisation }) => [organisation, active, backlogged]),
        [["univ-a", 1, false], ["univ-b", 2, true]]
      )
    }).pipe(Effect.provide(two)))

  it.effect("tells every observer of everything, in order, until its scope ends", () =>
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      const seen: Array<Notice["_tag"]> = []
      yield* Effect.scoped(Effect.gen(function*() {
        yield* dispatcher.observe(({ _tag }) => seen.push(_tag))
        const held = yield* hold("a", { caller: { sites: ["s1"] } })
        yield* held.end(Outcome.Down())
        yield* held.end()
      }))
      yield* hold("unseen", { caller: { sites: ["s2"] } })
      yield* settled
      assert.deepStrictEqual(seen, ["Arrived", "Granted", "Ejected", "Released"])
    }).pipe(Effect.provide(two)))
})
