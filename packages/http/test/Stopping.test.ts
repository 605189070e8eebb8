import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as Remains from "./faults/Remains.ts"
import * as Raw from "./Raw.ts"
import * as Rig from "./Rig.ts"

const stream = Rig.chat({ stream: true })

const oneSlot = { servers: [{ manual: true }], server: { maxConcurrent: 1 } } as const

describe("Stopping", () => {
  it.live("lets a stream finish, refuses what waits, and accepts nothing new", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make(oneSlot)
      const running = yield* Effect.forkChild(Effect.flatMap(Rig.post(rig, stream), Rig.text))
      yield* rig.server.awaitRequests(1)
      const waiting = yield* Effect.forkChild(Rig.post(rig, Rig.chat()))
      while ((yield* rig.dispatcher.snapshot).waiting === 0) yield* Effect.yieldNow
      const stopped = yield* Effect.forkChild(rig.stop)
      const refused = yield* Fiber.join(waiting)
      assert.strictEqual(refused.status, 503)
      assert.isNotNull(refused.headers.get("retry-after"))
      assert.include(yield* Rig.text(refused), "\"stopping\"")
      const late = yield* Effect.exit(Effect.tryPromise(() => fetch(`${rig.url}/health/liveness`)))
      assert.strictEqual(late._tag, "Failure")
      rig.server.resume()
      assert.include(yield* Fiber.join(running), "[DONE]")
      yield* Fiber.join(stopped)
    }))

  it.live("answers what still comes on an open connection, and closes it", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make(oneSlot)
      const raw = yield* Raw.open(rig.port)
      const body = JSON.stringify(stream)
      raw.write(Raw.head(Rig.secret, { "content-length": String(body.length) }) + body)
      yield* rig.server.awaitRequests(1)
      const stopped = yield* Effect.forkChild(rig.stop)
      const isOpen = Effect.isSuccess(Effect.tryPromise(() => fetch(`${rig.url}/health/liveness`)))
      while (yield* isOpen) yield* Effect.yieldNow
      raw.write("GET /health/liveness HTTP/1.1\r\nhost: test\r\n\r\n")
      for (let turns = 0; turns < 100; turns++) yield* Remains.turn
      rig.server.resume()
      const [, first = "", second = ""] = (yield* raw.closed).split(/^HTTP\/1.1 /m)
      assert.include(first, "[DONE]")
      assert.match(second, /^connection: close\r$/im)
      yield* Fiber.join(stopped)
    }))

  it.live("ends the streams that take too long with an error event", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ ...oneSlot, settings: { shutdown: 50 } })
      const raw = yield* Raw.open(rig.port)
      const body = JSON.stringify(stream)
      raw.write(Raw.head(Rig.secret, { "content-length": String(body.length) }) + body)
      yield* rig.server.awaitRequests(1)
      rig.server.stepUntil((server) => server.requests[0]!.tokens === 2)
      yield* raw.until((text) => text.includes("\"is \""))
      yield* rig.stop
      const text = yield* raw.closed
      assert.match(text, /data: \{"error":\{[^\n]*"code":"stopping"\}\}/)
      assert.notInclude(text, "[DONE]")
      yield* rig.server.awaitEnded("aborted", 1)
    }))

  it.live("tells a request that has nothing yet with a status", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ ...oneSlot, settings: { shutdown: 50 } })
      const running = yield* Effect.forkChild(Rig.post(rig, Rig.chat()))
      yield* rig.server.awaitRequests(1)
      yield* rig.stop
      assert.strictEqual((yield* Fiber.join(running)).status, 503)
    }))
})
