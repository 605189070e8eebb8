import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as Rig from "./Rig.ts"

const stream = (more: Record<string, unknown> = {}) => Rig.chat({ stream: true, ...more })

const leases = (rig: Rig.Rig) => Effect.map(rig.dispatcher.snapshot, (snapshot) => snapshot.leases)

const outcomes = (rig: Rig.Rig) => rig.usage.attempts.map(({ outcome }) => outcome)

const two = { servers: [{}, {}] } as const

describe("Relay", () => {
  it.live("lets an answer through unchanged, and tells what happened on the way", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      const response = yield* Rig.post(rig, Rig.chat(), { headers: { "x-request-id": "mine.1" } })
      const { usage } = yield* Rig.json(response)
      assert.strictEqual(usage!["completion_tokens"] as unknown, 5)
      assert.strictEqual(response.headers.get("x-request-id"), "mine.1")
      assert.match(response.headers.get("x-aiguilleur-server")!, /^dc1-[0-9a-f]{6}$/)
      assert.strictEqual(response.headers.get("x-aiguilleur-requeues"), "0")
      assert.match(response.headers.get("x-aiguilleur-queue-ms")!, /^\d+$/)
    }))

  it.live("names each send by a UUID of its own, which some engines insist on", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make(two)
      for (const server of rig.servers) server.fault({ status: 500 })
      yield* Rig.text(yield* Rig.post(rig, Rig.chat(), { headers: { "x-request-id": "mine.1" } }))
      const sent = rig.servers.flatMap(({ requests }) => requests.map(({ headers }) => headers["x-request-id"]))
      assert.isAbove(sent.length, 1)
      assert.strictEqual(new Set(sent).size, sent.length)
      for (const id of sent) {
        assert.match(String(id), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      }
    }))

  it.live("keeps the secrets of each side from the other", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      const response = yield* Rig.post(rig, Rig.chat(), { headers: { cookie: "a=b", "x-forwarded-for": "1.2.3.4" } })
      yield* Rig.text(response)
      const { headers } = rig.server.requests[0]!
      assert.strictEqual(headers.authorization, `Bearer ${Rig.engineToken}`)
      assert.strictEqual(headers["accept-encoding"], "identity")
      assert.isUndefined(headers.cookie)
      assert.isUndefined(headers["x-forwarded-for"])
      assert.isNull(response.headers.get("server"))
      assert.notInclude(JSON.stringify([...response.headers]), new URL(rig.server.url).host)
    }))

  it.live("changes the members that are the gateway's, and no other byte", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      const body = `{"model" : "test-alias","priority":2, "routing-mode":"any","seed":12345678901234567890,` +
        `"messages":[{"role":"user","content":"é"}], "max_tokens":1}`
      assert.strictEqual((yield* Rig.post(rig, body)).status, 200)
      assert.deepStrictEqual(rig.server.requests[0]!.body as object, {
        model: "simulated",
        seed: Number("12345678901234567890"),
        messages: [{ role: "user", content: "é" }],
        max_tokens: 1
      })
    }))

  it.live("hands our priority on in the engine's polarity where the engine knows priorities", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [{ priorityScheduling: true }] })
      yield* Rig.post(rig, Rig.chat(), { headers: { "x-priority": "2" } })
      // Asked for more than the key has: gets what the key has.
      yield* Rig.post(rig, Rig.chat({ priority: 5 }))
      assert.deepStrictEqual(rig.server.requests.map(({ body }) => (body as { priority: number }).priority), [3, 2])
    }))

  it.live("drops the usage event that the client did not ask for, and settles with it", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      const without = yield* Effect.flatMap(Rig.post(rig, stream()), Rig.text)
      assert.notInclude(without, "\"usage\"")
      assert.match(without, /\[DONE\]\n\n$/)
      const asked = { stream_options: { include_usage: true } }
      assert.include(yield* Effect.flatMap(Rig.post(rig, stream(asked)), Rig.text), "\"completion_tokens\":5")
      assert.deepStrictEqual(
        rig.usage.attempts.map((
          { completionTokens, promptTokens, reported }
        ) => [promptTokens, completionTokens, reported]),
        [[4, 5, true], [4, 5, true]]
      )
      assert.isTrue(rig.usage.attempts.every(({ ttft }) => ttft !== undefined))
    }))

  it.live("passes an engine's 4xx on as it is, and tries no other server", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make(two)
      const response = yield* Rig.post(rig, Rig.chat({ max_tokens: 0 }))
      assert.strictEqual(response.status, 400)
      assert.include(yield* Rig.text(response), "max_tokens must be at least 1")
      assert.deepStrictEqual(outcomes(rig), ["Client"])
    }))

  for (const body of [Rig.chat(), stream()]) {
    const kind = "stream" in body ? "a stream" : "an answer"
    for (
      const fault of [
        { status: 500 },
        { close: true },
        { reset: true },
        { headersThenClose: true },
        { status: 503, retryAfter: 1 },
        { status: 401 },
        { unknownModel: true },
        ...("stream" in body ? [{ cutAfter: 0 }, { errorAfter: 0 }] as const : [{ cutAfter: 2 }] as const)
      ] as const
    ) {
      it.live(`finds ${kind} elsewhere after ${JSON.stringify(fault)}`, () =>
        Effect.gen(function*() {
          const rig = yield* Rig.make(two)
          rig.servers[0]!.fault(fault)
          const texts = yield* Effect.forEach([1, 2], () => Effect.flatMap(Rig.post(rig, body), Rig.text))
          for (const text of texts) assert.notInclude(text, "\"error\"")
          assert.strictEqual(rig.servers[0]!.received() > 0, true)
          assert.strictEqual(outcomes(rig).filter((outcome) => outcome === "Served").length, 2)
          assert.strictEqual(yield* leases(rig), 0)
        }))
    }
  }

  it.live("passes the last engine's own error on when nothing better comes", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make(two)
      for (const server of rig.servers) server.fault({ status: 500 })
      const response = yield* Rig.post(rig, stream())
      assert.strictEqual(response.status, 500)
      assert.include(yield* Rig.text(response), "Simulated 500")
      assert.deepStrictEqual(outcomes(rig), ["Suspect", "Suspect"])
    }))

  it.live("answers 502 when there is no engine's error to pass on", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make(two)
      for (const server of rig.servers) server.fault({ close: true })
      const response = yield* Rig.post(rig, Rig.chat())
      assert.strictEqual(response.status, 502)
      assert.include(yield* Rig.text(response), "upstream_failed")
    }))

  it.live("does not pass on what an engine says of its token", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      rig.server.fault({ status: 401 })
      const response = yield* Rig.post(rig, Rig.chat())
      assert.strictEqual(response.status, 502)
    }))

  it.live("blames nobody for an old socket that was reset, and sends once more on a new one", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      yield* Effect.flatMap(Rig.post(rig, Rig.chat()), Rig.text)
      rig.server.fault({ close: true }, { times: 1 })
      assert.strictEqual((yield* Rig.post(rig, Rig.chat())).status, 200)
      assert.deepStrictEqual(outcomes(rig), ["Served", "Served"])
      assert.strictEqual(rig.server.received(), 3)
    }))

  for (const fault of [{ cutAfter: 2 }, { cutInside: 2 }, { cutBeforeDone: true }] as const) {
    it.live(`ends a stream that was begun with an error event after ${JSON.stringify(fault)}`, () =>
      Effect.gen(function*() {
        const rig = yield* Rig.make(two)
        for (const server of rig.servers) server.fault(fault)
        const text = yield* Effect.flatMap(Rig.post(rig, stream()), Rig.text)
        assert.include(text, "\"This \"")
        assert.match(text, /data: \{"error":\{[^\n]*"code":"stream_broken"\}\}\n\n$/)
        assert.notInclude(text, "[DONE]")
        assert.deepStrictEqual(outcomes(rig), ["Broken"])
        assert.isFalse(rig.usage.attempts[0]!.reported)
        assert.isAtLeast(rig.usage.attempts[0]!.completionTokens!, 2)
        assert.strictEqual(yield* leases(rig), 0)
      }))
  }

  it.live("breaks a large answer off visibly when its server does", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ settings: { withheld: 64 } })
      rig.server.fault({ cutAfter: 2 })
      const cut = yield* Effect.flatMap(Rig.post(rig, Rig.chat({ max_tokens: 400 })), (response) =>
        Effect.exit(Effect.tryPromise(() => response.text())))
      assert.strictEqual(cut._tag, "Failure")
      assert.deepStrictEqual(outcomes(rig), ["Broken"])
    }))

  it.live("gives up on a stream that does not begin in time, and tries elsewhere", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ ...two, settings: { firstByte: 60 } })
      rig.servers[0]!.fault({ headersThenStall: true })
      const twice = yield* Effect.forEach([1, 2], () =>
        Effect.flatMap(Rig.post(rig, stream({ max_tokens: 1 })), Rig.text))
      for (const text of twice) {
        assert.include(text, "[DONE]")
      }
      assert.include(outcomes(rig), "Suspect")
      yield* rig.servers[0]!.awaitEnded("aborted", 1)
    }))

  it.live("ends a stream that stalls with an error event", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ settings: { idle: 60 } })
      rig.server.fault({ stallAfter: 2 })
      const text = yield* Effect.flatMap(Rig.post(rig, stream()), Rig.text)
      assert.match(text, /"code":"stream_broken"\}\}\n\n$/)
      yield* rig.server.awaitEnded("aborted", 1)
    }))

  it.live("answers 504 when the time for everything is spent, or says it in an event", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ settings: { total: 80 } })
      rig.server.fault({ hang: true }, { times: 1 })
      assert.strictEqual((yield* Rig.post(rig, Rig.chat())).status, 504)
      rig.server.fault({ stallAfter: 1 }, { times: 1 })
      const text = yield* Effect.flatMap(Rig.post(rig, stream()), Rig.text)
      assert.match(text, /"code":"total_time_spent"\}\}\n\n$/)
      assert.deepStrictEqual(outcomes(rig), ["Expired", "Expired"])
    }))

  it.live("answers 504 when patience is spent, 429 beyond the threshold", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [{ manual: true }], server: { maxConcurrent: 1 }, threshold: 1 })
      const first = yield* Effect.forkChild(Rig.post(rig, Rig.chat()))
      yield* rig.server.awaitRequests(1)
      const impatient = yield* Rig.post(rig, Rig.chat(), { headers: { "x-max-wait": "20ms" } })
      assert.strictEqual(impatient.status, 504)
      assert.include(yield* Rig.text(impatient), "patience_spent")
      const waiting = yield* Effect.forkChild(Rig.post(rig, Rig.chat()))
      while ((yield* rig.dispatcher.snapshot).waiting === 0) yield* Effect.yieldNow
      const refused = yield* Rig.post(rig, Rig.chat())
      assert.strictEqual(refused.status, 429)
      assert.isAtLeast(Number(refused.headers.get("retry-after")), 1)
      rig.server.resume()
      assert.strictEqual((yield* Fiber.join(first)).status, 200)
      const served = yield* Fiber.join(waiting)
      assert.strictEqual(served.headers.get("x-aiguilleur-requeues"), "1")
    }))

  it.live("relays a large body in pieces", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      const content = "word ".repeat(60_000)
      const response = yield* Rig.post(
        rig,
        Rig.chat({ messages: [{ role: "user", content }], user: "x".repeat(400_000) })
      )
      assert.strictEqual(response.status, 400)
      assert.include(yield* Rig.text(response), "maximum context length")
      assert.strictEqual((rig.server.requests[0]!.body as { messages: Array<unknown> }).messages.length, 1)
    }))
})
