/** `GET /v1/queue`: what a caller sees of its own requests and of the queue, and nobody else's. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as Rig from "./Rig.ts"

const oneSlot = { servers: [{ manual: true }], server: { maxConcurrent: 1 } } as const

const get = (rig: Rig.Rig, path: string, key: string | null = Rig.secret) =>
  Effect.promise(async () => {
    const response = await fetch(rig.url + path, { headers: key === null ? {} : { authorization: `Bearer ${key}` } })
    return { status: response.status, body: await response.json() as Rig.Json }
  })

const ask = (rig: Rig.Rig, id: string, key = Rig.secret, headers: Record<string, string> = {}) =>
  Effect.forkChild(Rig.post(rig, Rig.chat(), { key, headers: { "x-request-id": id, ...headers } }))

/** Until so many wait. */
const waiting = (rig: Rig.Rig, count: number): Effect.Effect<void> =>
  Effect.flatMap(
    rig.dispatcher.snapshot,
    (snapshot) => snapshot.waiting === count ? Effect.void : Effect.andThen(Effect.yieldNow, waiting(rig, count))
  )

describe("GET /v1/queue", () => {
  it.live("lists the key's own requests with their place and their wait, and everybody's only in sums", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make(oneSlot)
      const first = yield* ask(rig, "first")
      yield* rig.server.awaitRequests(1)
      const others = [yield* ask(rig, "urgent", Rig.urgent), yield* ask(rig, "second")]
      yield* waiting(rig, 2)
      const { body, status } = yield* get(rig, "/v1/queue")
      assert.strictEqual(status, 200)
      const { data, in_flight, models, waiting: own } = body as never as Record<string, Array<Record<string, unknown>>>
      assert.deepStrictEqual([own, in_flight], [1, 1] as never)
      assert.deepStrictEqual(data!.map(({ id, position, state }) => [id, state, position]), [
        ["first", "in-flight", undefined],
        ["second", "waiting", 2]
      ])
      assert.isAbove(Number(data![1]!["expected_wait_ms"]), 0)
      assert.isAbove(Number(data![1]!["expected_wait_p90_ms"]), Number(data![1]!["expected_wait_ms"]))
      assert.lengthOf(models!, 1)
      assert.deepInclude(models![0]!, {
        id: "test-model",
        waiting: 2,
        waiting_by_priority: [0, 0, 0, 1, 0, 1],
        servers_up: 1
      })
      assert.isAbove(Number(models![0]!["expected_wait_ms"]), 0)
      assert.notInclude(JSON.stringify(body), "urgent")
      rig.server.resume()
      yield* Fiber.joinAll([first, ...others])
    }))

  it.live("expects no wait where a server would take a newcomer at once", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      const { body } = yield* get(rig, "/v1/queue")
      assert.deepInclude((body["models"] as never as Array<object>)[0], {
        expected_wait_ms: 0,
        expected_wait_p90_ms: 0
      })
    }))

  it.live("wants a key, and to be read only", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      assert.strictEqual((yield* get(rig, "/v1/queue", null)).status, 401)
      assert.strictEqual((yield* get(rig, "/v1/queue/x", "not-a-key-that-anybody-has")).status, 401)
      const response = yield* Rig.post(rig, {}, { path: "/v1/queue", method: "PUT" })
      assert.strictEqual(response.status, 405)
    }))
})

describe("GET /v1/queue/{request-id}", () => {
  it.live("tells a caller why its request was where it was, while it waits and afterwards", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make(oneSlot)
      const first = yield* ask(rig, "first")
      yield* rig.server.awaitRequests(1)
      const second = yield* ask(rig, "second")
      yield* waiting(rig, 1)
      yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 2)))
      const urgent = yield* ask(rig, "urgent", Rig.urgent)
      yield* waiting(rig, 2)
      const before = (yield* get(rig, "/v1/queue/second")).body as never as Record<string, unknown>
      assert.deepInclude(before, { state: "waiting", position: 2, priority: 3, routing_mode: "any", requeues: 1 })
      assert.deepStrictEqual(before["held_back_by"], [{ why: "trial", servers: 1 }])
      assert.deepStrictEqual(before["virtual_service"], { own: 0, others: [] })
      rig.server.resume()
      yield* Fiber.joinAll([first, second, urgent])
      const after = (yield* get(rig, "/v1/queue/second")).body as never as Record<
        string,
        Array<Record<string, unknown>>
      >
      assert.deepInclude(after, { state: "released" } as never)
      assert.deepStrictEqual(after["overtaken_by"]!.map(({ organisation, rule }) => [rule, organisation]), [
        ["priority", "own"]
      ])
      assert.deepInclude(after["attempts"]![0]!, {
        outcome: "Served",
        strategy: "round-robin",
        candidates: 1,
        leases: 0
      })
      assert.match(String(after["attempts"]![0]!["server"]), /^dc1-[0-9a-f]{6}$/)
      assert.notInclude(JSON.stringify(after), rig.server.url)
    }))

  it.live("is 404 for another organisation's, as for one that never was", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      const answer = yield* Fiber.join(yield* ask(rig, "mine"))
      assert.strictEqual(answer.headers.get("x-request-id"), "mine")
      assert.strictEqual((yield* get(rig, "/v1/queue/mine")).status, 200)
      // A colleague's key sees it too.
      assert.strictEqual((yield* get(rig, "/v1/queue/mine", Rig.urgent)).status, 200)
      const [foreign, none] = [yield* get(rig, "/v1/queue/mine", Rig.foreign), yield* get(rig, "/v1/queue/none")]
      assert.deepStrictEqual([foreign.status, none.status], [404, 404])
      assert.strictEqual(JSON.stringify(foreign.body).replace("mine", "none"), JSON.stringify(none.body))
    }))

  it.live("finds a request by the id that the gateway gave it", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      const response = yield* Rig.post(rig, Rig.chat())
      const id = response.headers.get("x-request-id")!
      assert.deepInclude((yield* get(rig, `/v1/queue/${id}`)).body, { id, state: "released" } as never)
    }))
})

describe("Retry-After", () => {
  it.live("is about what a newcomer would have to wait", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ ...oneSlot, threshold: 1, dispatcher: { slotPace: 1 } })
      const first = yield* ask(rig, "first")
      yield* rig.server.awaitRequests(1)
      const second = yield* ask(rig, "second")
      yield* waiting(rig, 1)
      const refused = yield* Rig.post(rig, Rig.chat())
      assert.strictEqual(refused.status, 429)
      // Two requests of some thirty tokens, at one a second: not the five seconds of one who does not know.
      const seconds = Number(refused.headers.get("retry-after"))
      assert.isAbove(seconds, 30)
      assert.isBelow(seconds, 300)
      rig.server.resume()
      yield* Fiber.joinAll([first, second])
    }))
})
