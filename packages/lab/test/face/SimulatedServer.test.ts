/** The handle: pausing, stepping, waiting for causes, leaving and coming back. */
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import * as Speech from "@aiguilleur/lab/face/Speech"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Scope } from "effect"
import { Agent, request } from "node:http"
import { ask, get, open, rest, said, streamed } from "./Client.ts"

describe("time", () => {
  it.effect("stands still while the server is paused, and moves by steps", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start({ manual: true })
      const client = yield* Effect.forkChild(ask(server, { body: streamed }))
      yield* server.awaitWaiting(1)
      assert.strictEqual(server.now(), 0)
      server.step()
      assert.deepStrictEqual([server.now(), server.running(), server.waiting()], [1, 1, 0])
      assert.deepInclude(server.requests[0], { tokens: 1, firstTokenAt: 1, text: Speech.say(1) })
      server.stepUntil(({ requests }) => requests[0]?.tokens === 5)
      assert.strictEqual(server.now(), 5)
      assert.throws(() => server.stepUntil(({ requests }) => requests[0]?.tokens === 99))
      assert.deepInclude(server.requests[0], { ending: "finished", endedAt: 8, status: 200 })
      assert.strictEqual(said((yield* Fiber.join(client)).text), Speech.say(8))
    }))

  it.effect("goes on where it stood when the server is resumed", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start()
      server.pause()
      const stood = server.now()
      const client = yield* Effect.forkChild(ask(server))
      yield* server.awaitWaiting(1)
      assert.strictEqual(server.now(), stood)
      server.resume()
      assert.throws(() => server.step())
      assert.strictEqual((yield* Fiber.join(client)).status, 200)
      assert.isAtLeast(server.now(), stood + 8)
    }))
})

describe("a client that leaves", () => {
  it.effect("is withdrawn from the queue", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start({ manual: true })
      const client = yield* Effect.forkChild(ask(server))
      yield* server.awaitWaiting(1)
      yield* Fiber.interrupt(client)
      yield* server.awaitEnded("aborted", 1)
      assert.deepStrictEqual([server.waiting(), server.counters().finished.abort], [0, 1])
    }))

  it.effect("has its sequence aborted before the next token", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start({ manual: true })
      const response = yield* open(server, { body: streamed })
      server.step(3)
      yield* Effect.promise(() => response.body!.cancel())
      yield* server.awaitEnded("aborted", 1)
      server.stepUntilIdle()
      assert.deepInclude(server.requests[0], { tokens: 3, ending: "aborted", endedAt: 3 })
      assert.strictEqual(server.counters().generationTokens, 3)
      assert.strictEqual(server.counters().finished.abort, 1)
    }))
})

describe("the log", () => {
  it.effect("keeps what was asked, and forgets the oldest", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start({ memory: 2 })
      for (const user of ["a", "b", "c"]) yield* ask(server, { body: { user }, headers: { "x-request-id": user } })
      assert.strictEqual(server.received(), 3)
      assert.strictEqual(server.ended("finished"), 3)
      assert.deepStrictEqual(server.requests.map(({ headers }) => headers["x-request-id"]), ["b", "c"])
      assert.deepInclude(server.requests[0]?.body, { user: "b", model: "simulated" })
    }))

  it.effect("wakes those who wait for a cause", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start({ manual: true })
      const waiting = yield* Effect.forkChild(server.awaitHits("/health", 1))
      assert.isUndefined(waiting.pollUnsafe())
      yield* get(server, "/health")
      yield* Fiber.join(waiting)
      const running = yield* Effect.forkChild(server.awaitRunning(1))
      const client = yield* Effect.forkChild(ask(server))
      yield* server.awaitWaiting(1)
      assert.isUndefined(running.pollUnsafe())
      server.step()
      yield* Fiber.join(running)
      server.stepUntilIdle()
      yield* Fiber.join(client)
    }))
})

describe("a server that goes away", () => {
  it.effect("refuses connections, finishes what it has begun, and comes back on the same port", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start({ manual: true })
      const { port } = server
      const response = yield* open(server, { body: streamed })
      yield* server.stop
      yield* Effect.flip(get(server, "/health"))
      server.stepUntilIdle()
      assert.strictEqual(said((yield* rest(response)).text), Speech.say(8))
      yield* server.start
      assert.strictEqual(server.port, port)
      assert.strictEqual((yield* get(server, "/health")).status, 200)
    }))

  it.effect("keeps no connection alive once it has stopped", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start({ manual: true })
      // fetch would rather open a new connection than use the one that has just fallen free
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      const send = (method: string, path: string, body: string) =>
        new Promise<number | undefined>((resolve, reject) => {
          const sent = request(server.url + path, { method, agent }, (response) => {
            response.resume().on("end", () => resolve(response.statusCode))
          })
          sent.on("error", reject).end(body)
        })
      const asked = send("POST", "/v1/chat/completions", JSON.stringify({ messages: [{}], stream: true }))
      yield* server.awaitWaiting(1)
      yield* server.stop
      server.stepUntilIdle()
      assert.strictEqual(yield* Effect.promise(() => asked), 200)
      yield* Effect.flip(Effect.tryPromise(() => send("GET", "/health", "")))
    }))

  it.effect("breaks every connection when it is killed, and starts again with nothing", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start({ manual: true })
      const waiting = yield* Effect.forkChild(Effect.flip(ask(server)))
      yield* server.awaitWaiting(1)
      const response = yield* open(server, { body: streamed })
      server.step(2)
      yield* server.kill
      assert.isTrue((yield* rest(response)).broken)
      assert.strictEqual((yield* Fiber.join(waiting))._tag, "Broken")
      assert.deepStrictEqual(server.requests.map(({ ending }) => ending), ["cut", "cut"])
      yield* Effect.flip(get(server, "/health"))
      yield* server.start
      assert.deepStrictEqual([server.running(), server.waiting(), server.counters().steps], [0, 0, 0])
      const client = yield* Effect.forkChild(ask(server))
      yield* server.awaitWaiting(1)
      server.stepUntilIdle()
      assert.strictEqual((yield* Fiber.join(client)).status, 200)
    }))

  it.effect("leaves with its scope, whoever is connected", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const server = yield* Scope.provide(SimulatedServer.start({ manual: true }), scope)
      const response = yield* open(server, { body: streamed })
      yield* Scope.close(scope, Exit.void)
      assert.isTrue((yield* rest(response)).broken)
      yield* Effect.flip(get(server, "/health"))
    }))
})
