import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as Rig from "./Rig.ts"

const stream = (user: string) => Rig.chat({ stream: true, user })

const ask = (rig: Rig.Rig, user: string, key?: string) =>
  Effect.flatMap(Rig.post(rig, stream(user), key === undefined ? {} : { key }), Rig.text)

const until = (condition: Effect.Effect<boolean>) =>
  Effect.gen(function*() {
    while (!(yield* condition)) yield* Effect.yieldNow
  })

const waiting = (rig: Rig.Rig, count: number) =>
  until(Effect.map(rig.dispatcher.snapshot, (snapshot) => snapshot.waiting === count))

const counts = (rig: Rig.Rig) => rig.servers.map((server) => server.received())

const users = (rig: Rig.Rig) => rig.server.requests.map(({ body }) => (body as { user: string }).user)

// The rows of the consortium's own table, each from a client's side.
describe("The pairs of strategy and policy", () => {
  it.live(
    "round-robin + none: spreads, goes on without a server that stops, takes it back, says when none is left",
    () =>
      Effect.gen(function*() {
        const rig = yield* Rig.make({
          servers: [{}, {}],
          strategy: "round-robin",
          policy: "none",
          dispatcher: { grace: 100 }
        })
        const several = (count: number) => Effect.forEach(Array.from({ length: count }), (_, i) => ask(rig, String(i)))
        yield* several(4)
        assert.deepStrictEqual(counts(rig), [2, 2])
        yield* rig.server.kill
        for (const text of yield* several(4)) assert.include(text, "[DONE]")
        assert.deepStrictEqual(counts(rig), [2, 6])
        yield* rig.server.start
        yield* until(Effect.map(rig.dispatcher.snapshot, ({ servers }) => servers[0]!.state !== "ejected"))
        yield* several(2)
        assert.strictEqual(counts(rig)[0], 3)
        yield* Effect.forEach(rig.servers, (server) => server.kill)
        const response = yield* Rig.post(rig, stream("nobody"))
        assert.strictEqual(response.status, 503)
        assert.include(yield* Rig.text(response), "no_server_up")
      }),
    20_000
  )

  it.live("round-robin + concurrent-requests: what is urgent goes first, within the slots", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ policy: "concurrent-requests", server: { maxConcurrent: 1 } })
      rig.server.pause()
      const fibers = [yield* Effect.forkChild(ask(rig, "first"))]
      yield* rig.server.awaitRequests(1)
      for (const [i, user] of ["batch 1", "batch 2"].entries()) {
        fibers.push(yield* Effect.forkChild(ask(rig, user)))
        yield* waiting(rig, i + 1)
      }
      fibers.push(yield* Effect.forkChild(ask(rig, "urgent", Rig.urgent)))
      yield* waiting(rig, 3)
      assert.strictEqual(rig.server.received(), 1)
      rig.server.resume()
      yield* Effect.forEach(fibers, Fiber.join)
      assert.deepStrictEqual(users(rig), ["first", "urgent", "batch 1", "batch 2"])
    }))

  it.live(
    "least-busy + performance: prefers the quick server, and waits for it rather than trouble a slow one",
    () =>
      Effect.gen(function*() {
        const rig = yield* Rig.make({
          servers: [{}, {}],
          strategy: "least-busy",
          policy: "performance",
          ttftThreshold: 100,
          server: { maxConcurrent: 2 }
        })
        const [slow, quick] = [rig.servers[0]!, rig.servers[1]!]
        slow.fault({ slowPrefill: 150 })
        const slowness = Effect.map(rig.dispatcher.snapshot, ({ models }) => models[0]!.servers[0]!.ttft ?? 0)
        while ((yield* slowness) < 100) yield* Effect.all([ask(rig, "warm"), ask(rig, "warm")], { concurrency: 2 })
        const before = slow.received()
        yield* Effect.forEach([1, 2, 3], () => ask(rig, "preferred"))
        assert.strictEqual(slow.received(), before)
        // A server without any lease always takes one, or it would never be measured again: so each is given what it takes.
        slow.pause()
        quick.pause()
        const quicks = quick.received()
        const fibers = yield* Effect.forEach([1, 2, 3], () => Effect.forkChild(ask(rig, "filling")))
        yield* Effect.all([slow.awaitRequests(before + 1), quick.awaitRequests(quicks + 2)])
        const response = yield* Effect.forkChild(Rig.post(rig, stream("waits")))
        yield* waiting(rig, 1)
        assert.strictEqual(slow.received(), before + 1)
        quick.resume()
        const served = yield* Fiber.join(response)
        assert.strictEqual(served.headers.get("x-aiguilleur-requeues"), "1")
        assert.strictEqual((quick.requests.at(-1)!.body as { user: string }).user, "waits")
        yield* Rig.text(served)
        slow.resume()
        yield* Effect.forEach(fibers, Fiber.join)
      }),
    20_000
  )
})
