import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import { Outcome } from "@aiguilleur/core/Outcome"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import type { Held } from "./Fleet.ts"
import { fleet, hold, model, server, settled } from "./Fleet.ts"

const s1 = server("s1", { maxConcurrent: 4 })
const s2 = server("s2", { maxConcurrent: 4 })
const s3 = server("s3", { maxConcurrent: 4 })
const robin = { strategy: "round-robin" } as const
const single = fleet([s1], [model([s1], robin)])
const three = fleet([s1, s2, s3], [model([s1, s2, s3], robin)])

const serversOf = (held: Held) => held.leases.map(({ server }) => server.site)
const tagOf = ({ fiber }: Held) => Effect.map(Effect.flip(Fiber.join(fiber)), ({ reason }) => reason._tag)
const stateOf = (site: string) =>
  Effect.gen(function*() {
    const { servers } = yield* (yield* Dispatcher).snapshot
    return servers.find((server) => server.site === site)!.state
  })
const health = (site: string, health: "up" | "down") =>
  Effect.gen(function*() {
    const dispatcher = yield* Dispatcher
    yield* dispatcher.change({ _tag: "HealthChecked", url: `http://${site}`, health })
    yield* settled
  })

describe("a server that is down", () => {
  it.effect("is left at once and its ticket served elsewhere", () =>
    Effect.gen(function*() {
      const held = yield* hold("t")
      yield* held.end(Outcome.Down())
      assert.deepStrictEqual(serversOf(held), ["s1", "s2"])
      assert.strictEqual(held.leases[1]!.requeues, 1)
      assert.strictEqual(yield* stateOf("s1"), "ejected")
      yield* held.end()
      assert.strictEqual(yield* Fiber.join(held.fiber), s2.url)
    }).pipe(Effect.provide(three)))

  it.effect("gets one trial after 1 s, then 2 s, then 4 s, and everything after a success", () =>
    Effect.gen(function*() {
      const held = yield* hold("t")
      for (const pause of [1_000, 2_000, 4_000]) {
        const before = held.leases.length
        yield* held.end(Outcome.Down())
        yield* TestClock.adjust(pause - 1)
        assert.lengthOf(held.leases, before)
        yield* TestClock.adjust(1)
        assert.lengthOf(held.leases, before + 1)
      }
      const other = yield* hold("other")
      assert.lengthOf(other.leases, 0)
      yield* held.end()
      assert.lengthOf(other.leases, 1)
      yield* other.end(Outcome.Down())
      yield* TestClock.adjust(1_000)
      assert.lengthOf(other.leases, 2)
    }).pipe(Effect.provide(single)))

  it.effect("is tried again as soon as a health check passes", () =>
    Effect.gen(function*() {
      yield* health("s1", "down")
      const held = yield* hold("t")
      assert.lengthOf(held.leases, 0)
      yield* health("s1", "up")
      assert.lengthOf(held.leases, 1)
      assert.strictEqual(yield* stateOf("s1"), "half-open")
      const other = yield* hold("other")
      assert.lengthOf(other.leases, 0)
      yield* held.end(Outcome.Client())
      assert.strictEqual(yield* stateOf("s1"), "up")
      assert.lengthOf(other.leases, 1)
    }).pipe(Effect.provide(single)))

  it.effect("fails its waiting tickets ten seconds after the last one went down, trials notwithstanding", () =>
    Effect.gen(function*() {
      yield* health("s1", "down")
      yield* TestClock.adjust(500)
      const held = yield* hold("t")
      yield* TestClock.adjust(500)
      yield* held.end(Outcome.Down())
      yield* TestClock.adjust(2_000)
      yield* held.end(Outcome.Down())
      yield* TestClock.adjust(4_000)
      yield* held.end(Outcome.Down())
      yield* TestClock.adjust(3_499)
      assert.isUndefined(held.fiber.pollUnsafe())
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* tagOf(held), "NoServerUp")
    }).pipe(Effect.provide(single)))
})

describe("a suspect answer", () => {
  it.effect("is retried once elsewhere, and blames nobody when the other fails too", () =>
    Effect.gen(function*() {
      for (let at = 0; at < 6; at++) {
        const held = yield* hold(`poison-${at}`)
        yield* held.end(Outcome.Suspect())
        yield* held.end(Outcome.Suspect())
        assert.strictEqual(new Set(serversOf(held)).size, 2)
        assert.strictEqual(yield* tagOf(held), "AttemptsExhausted")
      }
      for (const site of ["s1", "s2", "s3"]) assert.strictEqual(yield* stateOf(site), "up")
    }).pipe(Effect.provide(three)))

  it.effect("ejects a server that was blamed three times in a row", () =>
    Effect.gen(function*() {
      for (const expected of ["up", "up", "ejected"]) {
        let held = yield* hold(`t-${expected}-${Math.random()}`)
        while (serversOf(held)[0] !== "s1") {
          yield* held.end()
          held = yield* hold(`again-${Math.random()}`)
        }
        yield* held.end(Outcome.Suspect())
        yield* held.end()
        assert.strictEqual(yield* stateOf("s1"), expected as "up")
      }
    }).pipe(Effect.provide(three)))

  it.effect("fails at once when there is no other server", () =>
    Effect.gen(function*() {
      const held = yield* hold("t")
      yield* held.end(Outcome.Suspect())
      assert.strictEqual(yield* tagOf(held), "AttemptsExhausted")
    }).pipe(Effect.provide(single)))
})

describe("a busy answer", () => {
  it.effect("holds the server off for 1 s, then 2 s, until a success", () =>
    Effect.gen(function*() {
      const held = yield* hold("t")
      for (const pause of [1_000, 2_000, 4_000]) {
        const before = held.leases.length
        yield* held.end(Outcome.Busy({ retryAfter: undefined }))
        yield* TestClock.adjust(pause - 1)
        assert.lengthOf(held.leases, before)
        yield* TestClock.adjust(1)
        assert.lengthOf(held.leases, before + 1)
      }
      held.leases.at(-1)!.firstData(10)
      yield* held.end(Outcome.Busy({ retryAfter: undefined }))
      yield* TestClock.adjust(1_000)
      assert.lengthOf(held.leases, 5)
      assert.strictEqual(yield* stateOf("s1"), "up")
    }).pipe(Effect.provide(single)))

  it.effect("takes a Retry-After of nothing for none, so that it does not go round in circles", () =>
    Effect.gen(function*() {
      const held = yield* hold("t")
      yield* held.end(Outcome.Busy({ retryAfter: 0 }))
      yield* TestClock.adjust(999)
      assert.lengthOf(held.leases, 1)
      yield* TestClock.adjust(1)
      assert.lengthOf(held.leases, 2)
    }).pipe(Effect.provide(single)))

  it.effect("believes a Retry-After of at most a minute", () =>
    Effect.gen(function*() {
      const held = yield* hold("t")
      yield* held.end(Outcome.Busy({ retryAfter: 3_600_000 }))
      yield* TestClock.adjust(59_999)
      assert.lengthOf(held.leases, 1)
      yield* TestClock.adjust(1)
      assert.lengthOf(held.leases, 2)
    }).pipe(Effect.provide(single)))
})

describe("a misconfigured server", () => {
  it.effect("is out for a minute whatever its health, and the ticket goes elsewhere", () =>
    Effect.gen(function*() {
      const held = yield* hold("t")
      yield* held.end(Outcome.Misconfigured({ scope: "server" }))
      assert.deepStrictEqual(serversOf(held), ["s1", "s2"])
      yield* health("s1", "up")
      assert.strictEqual(yield* stateOf("s1"), "ejected")
      yield* TestClock.adjust(60_000)
      assert.strictEqual(yield* stateOf("s1"), "half-open")
    }).pipe(Effect.provide(three)))

  it.effect("is out for the model that it does not know, and for no other", () =>
    Effect.gen(function*() {
      const held = yield* hold("t")
      yield* held.end(Outcome.Misconfigured({ scope: "model" }))
      assert.strictEqual(yield* tagOf(held), "AttemptsExhausted")
      const same = yield* hold("same")
      const other = yield* hold("other", { model: "n" })
      assert.deepStrictEqual([same, other].map(({ leases }) => leases.length), [0, 1])
    }).pipe(Effect.provide(fleet([s1], [model([s1]), model([s1], { name: "n" })]))))

  it.effect("costs at most three attempts in all", () =>
    Effect.gen(function*() {
      const held = yield* hold("t")
      for (let at = 0; at < 3; at++) yield* held.end(Outcome.Misconfigured({ scope: "server" }))
      assert.lengthOf(held.leases, 3)
      assert.strictEqual(yield* tagOf(held), "AttemptsExhausted")
    }).pipe(Effect.provide((() => {
      const servers = ["a", "b", "c", "d"].map((name) => server(name))
      return fleet(servers, [model(servers)])
    })())))
})

describe("reconfiguration under traffic", () => {
  it.effect("fails the waiting tickets of a removed model and of a revoked key, and lets leases go on", () =>
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      const busy: Array<Held> = []
      for (let at = 0; at < 4; at++) busy.push(yield* hold(`busy-${at}`))
      const revoked = yield* hold("revoked", { caller: { key: "revoked" } })
      const waiting = yield* hold("waiting")
      yield* dispatcher.change({ _tag: "KeyRevoked", key: "revoked" })
      assert.strictEqual(yield* tagOf(revoked), "KeyRevoked")
      yield* dispatcher.change({ _tag: "ModelRemoved", name: "m" })
      assert.strictEqual(yield* tagOf(waiting), "ModelRemoved")
      for (const held of busy) yield* held.end()
      assert.strictEqual((yield* dispatcher.snapshot).leases, 0)
    }).pipe(Effect.provide(single)))

  it.effect("moves the waiting tickets of an edited key into their new place", () =>
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      const busy: Array<Held> = []
      for (let at = 0; at < 4; at++) busy.push(yield* hold(`busy-${at}`))
      const low = { key: "low", organisation: "univ-a", priority: 1, routingMode: "any" } as const
      const edited = yield* hold("edited", { caller: low })
      const other = yield* hold("other", { caller: { key: "other", priority: 3 } })
      yield* dispatcher.change({ _tag: "KeyChanged", caller: { ...low, priority: 5 } })
      yield* busy[0]!.end()
      assert.deepStrictEqual([edited, other].map(({ leases }) => leases.length), [1, 0])
    }).pipe(Effect.provide(single)))

  it.effect("lets a draining server finish, and grants it nothing more until it is resumed", () =>
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      const busy = yield* hold("busy")
      yield* dispatcher.change({ _tag: "ServerDraining", url: s1.url, draining: true })
      const waiting = yield* hold("waiting")
      assert.lengthOf(waiting.leases, 0)
      yield* busy.end()
      assert.lengthOf(waiting.leases, 0)
      yield* dispatcher.change({ _tag: "ServerDraining", url: s1.url, draining: false })
      yield* settled
      assert.lengthOf(waiting.leases, 1)
    }).pipe(Effect.provide(single)))

  it.effect("keeps a server that an operator ejected out, whatever it answers, until one trial after it is restored", () =>
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      const busy = [yield* hold("busy"), yield* hold("other"), yield* hold("refused")]
      yield* dispatcher.change({ _tag: "ServerEjected", url: s1.url })
      const waiting = yield* hold("waiting")
      yield* busy[0]!.end()
      yield* busy[1]!.end(Outcome.Busy({ retryAfter: 5_000 }))
      yield* busy[2]!.end(Outcome.Misconfigured({ scope: "server" }))
      yield* health("s1", "down")
      yield* TestClock.adjust(9_000)
      yield* health("s1", "up")
      assert.strictEqual(yield* stateOf("s1"), "ejected")
      assert.lengthOf(waiting.leases, 0)
      yield* dispatcher.change({ _tag: "ServerRestored", url: s1.url })
      yield* settled
      assert.strictEqual(yield* stateOf("s1"), "half-open")
      assert.deepStrictEqual([busy[1]!, waiting].map(({ leases }) => leases.length), [2, 0])
      yield* busy[1]!.end()
      assert.strictEqual(yield* stateOf("s1"), "up")
      assert.lengthOf(waiting.leases, 1)
    }).pipe(Effect.provide(single)))

  it.effect("ends a hold-off and an ejection for our fault when an operator restores the server", () =>
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      const restored = dispatcher.change({ _tag: "ServerRestored", url: s1.url })
      const first = yield* hold("first")
      yield* first.end(Outcome.Busy({ retryAfter: 60_000 }))
      yield* restored
      yield* settled
      assert.lengthOf(first.leases, 2)
      yield* first.end(Outcome.Misconfigured({ scope: "server" }))
      const next = yield* hold("next")
      assert.lengthOf(next.leases, 0)
      yield* restored
      yield* settled
      assert.lengthOf(next.leases, 1)
    }).pipe(Effect.provide(single)))

  it.effect("refuses arrivals and fails what waits when it stops, and lets leases end", () =>
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      const busy: Array<Held> = []
      for (let at = 0; at < 4; at++) busy.push(yield* hold(`busy-${at}`))
      const waiting = yield* hold("waiting")
      yield* dispatcher.change({ _tag: "Stopping" })
      assert.strictEqual(yield* tagOf(waiting), "Stopping")
      assert.strictEqual(yield* tagOf(yield* hold("late")), "Stopping")
      for (const held of busy) yield* held.end()
      assert.strictEqual((yield* dispatcher.snapshot).leases, 0)
    }).pipe(Effect.provide(single)))
})
