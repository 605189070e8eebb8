import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as Raw from "./Raw.ts"
import * as Rig from "./Rig.ts"

const oneSlot = { servers: [{ manual: true }], server: { maxConcurrent: 1 } } as const

const ask = (raw: Raw.Raw, key = Rig.secret, headers: Record<string, string> = { "x-wait-events": "1" }) => {
  const body = JSON.stringify(Rig.chat({ stream: true }))
  raw.write(Raw.head(key, { "content-length": String(body.length), ...headers }) + body)
}

const comment = /^HTTP\/1.1 200 OK\r\ncontent-type: text\/event-stream[^]*: waiting \{"position":1,"expected_wait_ms":/

describe("Wait events", () => {
  it.live("tell a stream its position before there is a server for it, then the stream comes", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make(oneSlot)
      const first = yield* Effect.forkChild(Rig.post(rig, Rig.chat()))
      yield* rig.server.awaitRequests(1)
      const raw = yield* Raw.open(rig.port)
      ask(raw)
      assert.match(yield* raw.until((text) => text.includes(": waiting")), comment)
      rig.server.resume()
      assert.strictEqual((yield* Fiber.join(first)).status, 200)
      const text = yield* raw.until((text) => text.includes("[DONE]"))
      assert.strictEqual(text.split("HTTP/1.1").length, 2)
      assert.include(text, "\"This \"")
    }))

  it.live("come again while the wait goes on, by the key's own setting too", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ ...oneSlot, settings: { waitEvents: 10 } })
      const first = yield* Effect.forkChild(Rig.post(rig, Rig.chat()))
      yield* rig.server.awaitRequests(1)
      const raw = yield* Raw.open(rig.port)
      ask(raw, "secret-of-a-key-with-events", {})
      yield* raw.until((text) => text.split(": waiting").length > 3)
      rig.server.resume()
      yield* Fiber.join(first)
      yield* raw.until((text) => text.includes("[DONE]"))
    }))

  it.live("make every later error an event", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ ...oneSlot, patience: 60 })
      const first = yield* Effect.forkChild(Rig.post(rig, Rig.chat()))
      yield* rig.server.awaitRequests(1)
      const raw = yield* Raw.open(rig.port)
      ask(raw)
      const text = yield* raw.until((text) => text.includes("error"))
      assert.match(text, /: waiting [^]*data: \{"error":\{[^\n]*"code":"patience_spent"\}\}\n\n/)
      assert.notInclude(text, "[DONE]")
      rig.server.resume()
      yield* Fiber.join(first)
    }))

  it.live("turn an engine's refusal into an event with the engine's words", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make(oneSlot)
      const first = yield* Effect.forkChild(Rig.post(rig, Rig.chat()))
      yield* rig.server.awaitRequests(1)
      rig.server.fault({ status: 422 }, { times: 1 })
      const raw = yield* Raw.open(rig.port)
      ask(raw)
      yield* raw.until((text) => text.includes(": waiting"))
      rig.server.resume()
      yield* Fiber.join(first)
      const text = yield* raw.until((text) => text.includes("error"))
      assert.match(text, /data: \{"error":\{"message":"Simulated 422\."/)
    }))

  it.live("are not sent to a stream that does not wait, nor without being asked for", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      const response = yield* Rig.post(rig, Rig.chat({ stream: true }), { headers: { "x-wait-events": "1" } })
      assert.isNotNull(response.headers.get("x-aiguilleur-server"))
      assert.notInclude(yield* Rig.text(response), ": waiting")
    }))
})
