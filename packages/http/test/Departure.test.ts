import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import type { IncomingMessage, ServerResponse } from "node:http"
import * as Raw from "./Raw.ts"
import * as Rig from "./Rig.ts"

const stream = (more: Record<string, unknown> = {}) => Rig.chat({ stream: true, ...more })

const snapshot = (rig: Rig.Rig) => Effect.map(rig.dispatcher.snapshot, ({ leases, waiting }) => ({ leases, waiting }))

const oneSlot = { servers: [{ manual: true }], server: { maxConcurrent: 1 } } as const

const send = (rig: Rig.Rig, raw: Raw.Raw, body: object) => {
  const text = JSON.stringify(body)
  raw.write(Raw.head(Rig.secret, { "content-length": String(Buffer.byteLength(text)) }) + text)
  return rig
}

const waiting = (rig: Rig.Rig, count: number) =>
  Effect.gen(function*() {
    while ((yield* rig.dispatcher.snapshot).waiting !== count) yield* Effect.yieldNow
  })

/** Is shown every request that a server of this process is given, before anybody else. */
const listening = (listener: (request: IncomingMessage, response: ServerResponse) => void) => {
  const onMessage = (message: unknown) => {
    const { request, response } = message as { readonly request: IncomingMessage; readonly response: ServerResponse }
    listener(request, response)
  }
  return Effect.acquireRelease(
    Effect.sync(() => subscribe("http.server.request.start", onMessage)),
    () => Effect.sync(() => unsubscribe("http.server.request.start", onMessage))
  )
}

describe("A client that leaves", () => {
  it.live("while it waits is forgotten at once", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make(oneSlot)
      const first = yield* Effect.forkChild(Rig.post(rig, Rig.chat()))
      yield* rig.server.awaitRequests(1)
      const raw = yield* Raw.open(rig.port)
      send(rig, raw, Rig.chat())
      yield* waiting(rig, 1)
      raw.destroy()
      yield* waiting(rig, 0)
      rig.server.resume()
      assert.strictEqual((yield* Fiber.join(first)).status, 200)
      assert.strictEqual(rig.server.received(), 1)
    }))

  it.live("between the end of its request and the end of the turn is recorded, and no engine hears of it", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [{ manual: true }], server: { maxConcurrent: 2 } })
      // Not alone: it has to wait for the end of the turn.
      const other = yield* Effect.forkChild(Rig.post(rig, Rig.chat()))
      yield* rig.server.awaitRequests(1)
      // Told at the one moment when it can come: after the last byte, before anything has been asked of the dispatcher.
      yield* listening((request, response) => {
        if (request.socket.localPort !== rig.port) return
        request.on("end", () => queueMicrotask(() => response.emit("close")))
      })
      send(rig, yield* Raw.open(rig.port), Rig.chat())
      while (rig.usage.total === 0) yield* Effect.yieldNow
      assert.deepStrictEqual(rig.usage.last.map(({ attempts, ending }) => [ending, attempts.length]), [[
        "withdrawn",
        0
      ]])
      assert.strictEqual(rig.server.received(), 1)
      assert.deepStrictEqual(yield* snapshot(rig), { leases: 1, waiting: 0 })
      rig.server.resume()
      assert.strictEqual((yield* Fiber.join(other)).status, 200)
    }))

  for (const body of [Rig.chat(), stream()]) {
    const kind = "stream" in body ? "stream" : "answer"
    it.live(`before the first byte of its ${kind} frees the slot, and the engine hears of it before its next token`, () =>
      Effect.gen(function*() {
        const rig = yield* Rig.make(oneSlot)
        const raw = yield* Raw.open(rig.port)
        send(rig, raw, body)
        yield* rig.server.awaitRequests(1)
        const next = yield* Effect.forkChild(Rig.post(rig, stream()))
        yield* waiting(rig, 1)
        raw.destroy()
        // The engine is paused: what follows happens although no time passes for it.
        yield* rig.server.awaitEnded("aborted", 1)
        yield* rig.server.awaitRequests(2)
        assert.strictEqual(rig.server.requests[0]!.tokens, 0)
        rig.server.resume()
        assert.include(yield* Effect.flatMap(Fiber.join(next), Rig.text), "[DONE]")
        assert.deepStrictEqual(rig.usage.attempts.map(({ outcome }) => outcome), ["Withdrawn", "Served"])
        assert.deepStrictEqual(yield* snapshot(rig), { leases: 0, waiting: 0 })
      }))
  }

  it.live("in the middle of its stream frees the slot, and what it has seen is settled", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make(oneSlot)
      const raw = yield* Raw.open(rig.port)
      send(rig, raw, stream({ max_tokens: 50 }))
      yield* rig.server.awaitRequests(1)
      rig.server.stepUntil((server) => server.requests[0]!.tokens === 3)
      yield* raw.until((text) => text.includes("\"a \""))
      const next = yield* Effect.forkChild(Rig.post(rig, stream()))
      yield* waiting(rig, 1)
      raw.destroy()
      yield* rig.server.awaitEnded("aborted", 1)
      yield* rig.server.awaitRequests(2)
      assert.strictEqual(rig.server.requests[0]!.tokens, 3)
      assert.strictEqual(rig.usage.attempts[0]!.completionTokens, 3)
      rig.server.resume()
      yield* Effect.flatMap(Fiber.join(next), Rig.text)
      assert.deepStrictEqual(yield* snapshot(rig), { leases: 0, waiting: 0 })
    }))

  it.live("while its server cannot be reached frees the slot as well", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make(oneSlot)
      rig.server.fault({ hang: true }, { times: 1 })
      const raw = yield* Raw.open(rig.port)
      send(rig, raw, stream())
      yield* rig.server.awaitRequests(1)
      raw.destroy()
      yield* rig.server.awaitEnded("aborted", 1)
      yield* rig.inFlight.drained
      assert.deepStrictEqual(yield* snapshot(rig), { leases: 0, waiting: 0 })
    }))

  it.live("alone for a while, without reading, finds everything when it comes back", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [{ maxTokens: 30_000, speed: 1_000 }] })
      const raw = yield* Raw.open(rig.port)
      raw.pause()
      send(rig, raw, stream({ max_tokens: 30_000 }))
      yield* rig.server.awaitEnded("finished", 1)
      raw.resume()
      const text = yield* raw.until((text) => text.includes("[DONE]"))
      assert.strictEqual(text.match(/"content":"[^"]/g)!.length, 30_000)
      // The last event does not wait for the end of the turn, in which the answer is settled.
      yield* rig.inFlight.drained
      assert.deepStrictEqual(rig.usage.attempts.map(({ outcome }) => outcome), ["Served"])
    }))
})

describe("A server that is killed", () => {
  it.live("in the middle of streams ends them with an error event; what was not begun succeeds elsewhere", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [{}, {}] })
      const [victim, other] = [rig.servers[0]!, rig.servers[1]!]
      // A server that nobody has seen at work gets one request at a time: both are warmed first.
      yield* Effect.forEach([1, 2], () => Effect.flatMap(Rig.post(rig, Rig.chat()), Rig.text))
      for (const server of rig.servers) server.pause()
      const ask = (body: object) => Effect.forkChild(Effect.flatMap(Rig.post(rig, body), Rig.text))
      const streams = yield* Effect.forEach([1, 2, 3, 4], () => ask(stream()))
      yield* Effect.all([victim.awaitRequests(3), other.awaitRequests(3)])
      victim.stepUntil((server) => server.requests.slice(1).every(({ tokens }) => tokens > 0))
      const answers = yield* Effect.forEach([1, 2], () => ask(Rig.chat()))
      yield* Effect.all([victim.awaitRequests(4), other.awaitRequests(4)])
      yield* victim.kill
      other.resume()
      const texts = yield* Effect.forEach(streams, Fiber.join)
      assert.strictEqual(texts.filter((text) => text.includes("stream_broken") && !text.includes("[DONE]")).length, 2)
      assert.strictEqual(texts.filter((text) => text.includes("[DONE]") && !text.includes("error")).length, 2)
      for (const answer of answers) assert.include(yield* Fiber.join(answer), "\"usage\"")
      yield* rig.inFlight.drained
      assert.deepStrictEqual(yield* snapshot(rig), { leases: 0, waiting: 0 })
    }))
})
