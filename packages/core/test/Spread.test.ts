import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import type { Lease } from "@aiguilleur/core/Lease"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import type { Held } from "./Fleet.ts"
import { fleet, hold, model, server, settled } from "./Fleet.ts"

const wide = { maxConcurrent: 40 }
const s1 = server("s1", wide)
const s2 = server("s2", wide)
const s3 = server("s3", wide)

const urls = (held: ReadonlyArray<Held>) => held.map(({ leases }) => leases[0]?.server.url)
const count = (held: ReadonlyArray<Held>, url: string) => urls(held).filter((other) => other === url).length

const crowd = Effect.fnUntraced(function*(size: number, ...[fields]: [Parameters<typeof hold>[1]?]) {
  const held: Array<Held> = []
  for (let at = 0; at < size; at++) held.push(yield* hold(`t${at}`, fields))
  return held
})

describe("least-busy", () => {
  it.effect("shares the load between near-equals instead of herding on the fastest", () =>
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      const sample = (url: string, ttft: number) =>
        dispatcher.change({ _tag: "LoadSampled", url, model: "m", load: { ttft } })
      yield* sample(s1.url, 160)
      yield* sample(s2.url, 200)
      yield* sample(s3.url, 900)
      const held = yield* crowd(20)
      assert.deepStrictEqual([count(held, s1.url), count(held, s2.url), count(held, s3.url)], [10, 10, 0])
    }).pipe(Effect.provide(fleet([s1, s2, s3], [model([s1, s2, s3])]))))

  it.effect("treats a server it has never measured as the best, not as better than the best", () =>
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      yield* dispatcher.change({ _tag: "LoadSampled", url: s1.url, model: "m", load: { ttft: 100 } })
      const held = yield* crowd(10)
      assert.deepStrictEqual([count(held, s1.url), count(held, s2.url)], [5, 5])
    }).pipe(Effect.provide(fleet([s1, s2], [model([s1, s2])]))))

  it.effect("works for engines without metrics, from the streams that pass", () =>
    Effect.gen(function*() {
      const first = yield* crowd(2)
      const leaseOn = (url: string): Lease => first.flatMap(({ leases }) => leases).find((l) => l.server.url === url)!
      for (let at = 0; at < 5; at++) leaseOn(s1.url).firstData(2_000)
      for (let at = 0; at < 5; at++) leaseOn(s2.url).firstData(50)
      yield* settled
      assert.strictEqual((yield* hold("next")).leases[0]!.server.url, s2.url)
    }).pipe(Effect.provide(fleet([s1, s2], [model([s1, s2])]))))
})

describe("round-robin", () => {
  const turns = model([s1, s2, s3], { strategy: "round-robin", policy: "none" })

  it.effect("gives each server its turn, and keeps the turn when one leaves and comes back", () =>
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      const draining = (is: boolean) => dispatcher.change({ _tag: "ServerDraining", url: s2.url, draining: is })
      assert.deepStrictEqual(urls(yield* crowd(3)), [s1.url, s2.url, s3.url])
      yield* draining(true)
      assert.deepStrictEqual(urls([yield* hold("a"), yield* hold("b")]), [s1.url, s3.url])
      yield* draining(false)
      assert.deepStrictEqual(urls([yield* hold("c"), yield* hold("d")]), [s1.url, s2.url])
    }).pipe(Effect.provide(fleet([s1, s2, s3], [turns]))))

  it.effect("takes no notice of the cap under the policy none", () =>
    Effect.gen(function*() {
      const held = yield* crowd(150)
      assert.deepStrictEqual([count(held, s1.url), count(held, s2.url), count(held, s3.url)], [50, 50, 50])
    }).pipe(Effect.provide(fleet([s1, s2, s3], [turns]))))
})

describe("private routing", () => {
  const own = server("own", { maxConcurrent: 1 })
  const other = server("other", { maxConcurrent: 1, organisation: "univ-b" })
  const both = fleet([own, other], [model([own, other])])

  it.effect("spills from a full own server to the others in private-first", () =>
    Effect.gen(function*() {
      const held = yield* crowd(3, { routingMode: "private-first" })
      assert.deepStrictEqual(urls(held), [own.url, other.url, undefined])
    }).pipe(Effect.provide(both)))

  it.effect("never leaves the organisation in private-only, and waits instead", () =>
    Effect.gen(function*() {
      const held = yield* crowd(2, { routingMode: "private-only" })
      assert.deepStrictEqual(urls(held), [own.url, undefined])
      yield* held[0]!.end()
      assert.strictEqual(held[1]!.leases[0]!.server.url, own.url)
    }).pipe(Effect.provide(both)))
})

describe("slots", () => {
  const guest = { caller: { key: "guest", organisation: "univ-b" } }

  it.effect("lets only the two most urgent priorities use the headroom", () =>
    Effect.gen(function*() {
      const low = yield* hold("low", { priority: 3 })
      const next = yield* hold("next", { priority: 3 })
      const high = yield* hold("high", { priority: 4 })
      const higher = yield* hold("higher", { priority: 5 })
      assert.deepStrictEqual([low, next, high, higher].map(({ leases }) => leases.length), [1, 0, 1, 0])
    }).pipe(Effect.provide((() => {
      const tight = server("tight", { maxConcurrent: 1, headroom: 1 })
      return fleet([tight], [model([tight])])
    })())))

  it.effect("does not lend the headroom to one whom waiting has made urgent: that orders, it does not entitle", () =>
    Effect.gen(function*() {
      const low = yield* hold("low", { priority: 3 })
      const aged = yield* hold("aged", { priority: 3 })
      yield* TestClock.adjust("5 minutes")
      const young = yield* hold("young", { priority: 4 })
      assert.deepStrictEqual([low, aged, young].map(({ leases }) => leases.length), [1, 0, 1])
      yield* young.end()
      assert.lengthOf(aged.leases, 0)
      yield* low.end()
      assert.lengthOf(aged.leases, 1)
    }).pipe(Effect.provide((() => {
      const tight = server("tight", { maxConcurrent: 1, headroom: 1 })
      return fleet([tight], [model([tight])])
    })())))

  const reserved = server("reserved", { maxConcurrent: 3, ownerReserve: 1 })
  const reserve = fleet([reserved], [model([reserved])])

  it.effect("lends the reserve to guests while the owner has nothing waiting", () =>
    Effect.gen(function*() {
      const held = yield* crowd(4, guest)
      assert.deepStrictEqual(held.map(({ leases }) => leases.length), [1, 1, 1, 0])
    }).pipe(Effect.provide(reserve)))

  it.effect("gives the owner the first slot that frees on its fully borrowed server, before any guest", () =>
    Effect.gen(function*() {
      const held = yield* crowd(3, guest)
      const urgent = yield* hold("urgent", { ...guest, priority: 5 })
      const owner = yield* hold("owner", { caller: { priority: 0 } })
      yield* held[0]!.end()
      assert.deepStrictEqual([urgent, owner].map(({ leases }) => leases.length), [0, 1])
      yield* held[1]!.end()
      assert.deepStrictEqual([urgent, owner].map(({ leases }) => leases.length), [1, 1])
    }).pipe(Effect.provide(reserve)))
})
