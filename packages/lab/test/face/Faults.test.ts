/** Each fault, as the client sees it and as the engine remembers it. */
import type { Fault } from "@aiguilleur/lab/face/Fault"
import * as Faults from "@aiguilleur/lab/face/Fault"
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import * as Speech from "@aiguilleur/lab/face/Speech"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { ask, events, get, open, rest, said, streamed } from "./Client.ts"

/** One streamed request to a server with this fault, read until the connection ends. */
const suffer = Effect.fnUntraced(function*(fault: Fault) {
  const server = yield* SimulatedServer.start({ manual: true })
  server.fault(fault)
  const response = yield* open(server, { body: streamed })
  server.stepUntilIdle()
  return { server, response, ...(yield* rest(response)) }
})

describe("faults before the answer", () => {
  for (const status of [401, 429, 500, 502, 503, 529]) {
    it.effect(`answers ${status} on demand`, () =>
      Effect.gen(function*() {
        const server = yield* SimulatedServer.start()
        server.fault({ status, retryAfter: 7 }, { times: 1 })
        server.fault({ status }, { times: 1 })
        const first = yield* ask(server)
        assert.deepStrictEqual([first.status, first.headers.get("retry-after")], [status, "7"])
        assert.strictEqual(first.json().error.code, status)
        const second = yield* ask(server)
        assert.deepStrictEqual([second.status, second.headers.get("retry-after")], [status, null])
        assert.strictEqual((yield* ask(server)).status, 200)
      }))
  }

  it.effect("denies a model that it serves", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start()
      server.fault({ unknownModel: true })
      const answer = yield* ask(server)
      assert.strictEqual(answer.status, 404)
      assert.include(answer.json().error.message, "`simulated` does not exist")
    }))

  for (const fault of [{ close: true }, { reset: true }] as const) {
    it.effect(`breaks the connection before the first byte: ${JSON.stringify(fault)}`, () =>
      Effect.gen(function*() {
        const server = yield* SimulatedServer.start()
        server.fault(fault)
        assert.strictEqual((yield* Effect.flip(ask(server)))._tag, "Broken")
        assert.strictEqual(server.requests[0]?.ending, "cut")
        server.clearFaults()
        assert.strictEqual((yield* ask(server)).status, 200)
      }))
  }

  it.effect("accepts a request and never says a word, until the client leaves", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start()
      server.fault({ hang: true })
      const client = yield* Effect.forkChild(ask(server))
      yield* server.awaitRequests(1)
      assert.isUndefined(server.requests[0]?.ending)
      yield* Fiber.interrupt(client)
      yield* server.awaitEnded("aborted", 1)
    }))

  it.effect("sends its headers, then closes", () =>
    Effect.gen(function*() {
      const { broken, response, text } = yield* suffer({ headersThenClose: true })
      assert.deepStrictEqual([response.status, text, broken], [200, "", true])
    }))

  it.effect("sends its headers, then stalls", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start()
      server.fault({ headersThenStall: true })
      const client = yield* Effect.forkChild(Effect.andThen(open(server), rest))
      yield* server.awaitRequests(1)
      yield* Fiber.interrupt(client)
      assert.strictEqual(server.counters().steps, 0)
    }))

  it.effect("strikes another path when told so", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start()
      server.fault({ status: 500 }, { path: "/health" })
      assert.strictEqual((yield* get(server, "/health")).status, 500)
      assert.strictEqual((yield* ask(server)).status, 200)
    }))
})

describe("faults in a stream", () => {
  it.effect("cuts between two events", () =>
    Effect.gen(function*() {
      const { broken, server, text } = yield* suffer({ cutAfter: 3 })
      assert.isTrue(broken)
      assert.isTrue(text.endsWith("\n\n"))
      assert.strictEqual(said(text), Speech.say(3))
      assert.strictEqual(server.requests[0]?.ending, "cut")
      assert.strictEqual(server.counters().generationTokens, 4)
      assert.strictEqual(server.counters().finished.abort, 1)
    }))

  it.effect("cuts inside an event", () =>
    Effect.gen(function*() {
      const { broken, text } = yield* suffer({ cutInside: 3 })
      assert.isTrue(broken)
      assert.strictEqual(events(text).length, 4)
      assert.isFalse(text.endsWith("\n"))
    }))

  it.effect("cuts before [DONE]", () =>
    Effect.gen(function*() {
      const { broken, text } = yield* suffer({ cutBeforeDone: true })
      assert.isTrue(broken)
      assert.strictEqual(said(text), Speech.say(8))
      assert.include(events(text).at(-1), "usage")
    }))

  it.effect("stalls, and the connection stays open", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start({ manual: true })
      server.fault({ stallAfter: 2 })
      const response = yield* open(server, { body: streamed })
      server.stepUntilIdle()
      const reader = response.body!.getReader()
      let text = ""
      while (events(text).length < 3) {
        const { value } = yield* Effect.promise(() => reader.read())
        text += new TextDecoder().decode(value)
      }
      assert.strictEqual(said(text), Speech.say(2))
      assert.isUndefined(server.requests[0]?.ending)
      yield* Effect.promise(() => reader.cancel())
      yield* server.awaitEnded("aborted", 1)
    }))

  it.effect("says an error in the middle", () =>
    Effect.gen(function*() {
      const { broken, text } = yield* suffer({ errorAfter: 2 })
      const data = events(text)
      assert.isFalse(broken)
      assert.strictEqual(data.pop(), "[DONE]")
      assert.strictEqual(JSON.parse(data.pop()!).error.code, 500)
    }))

  it.effect("says something that is not JSON", () =>
    Effect.gen(function*() {
      const { text } = yield* suffer({ invalidJson: true })
      assert.throws(() => JSON.parse(events(text)[0]!))
      assert.strictEqual(said(text), Speech.say(8))
    }))

  it.effect("calls itself something else", () =>
    Effect.gen(function*() {
      const { response, text } = yield* suffer({ wrongContentType: true })
      assert.strictEqual(response.headers.get("content-type"), "text/html")
      assert.strictEqual(said(text), Speech.say(8))
    }))

  it.effect("leaves in drips, and arrives whole", () =>
    Effect.gen(function*() {
      const { broken, text } = yield* suffer({ slowDrain: 100 })
      assert.isFalse(broken)
      assert.strictEqual(said(text), Speech.say(8))
      assert.strictEqual(events(text).at(-1), "[DONE]")
    }))

  it.effect("takes so many times as long to the first token", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start({ manual: true })
      server.fault({ slowPrefill: 5 })
      const client = yield* Effect.forkChild(ask(server, { body: streamed }))
      yield* server.awaitWaiting(1)
      server.step(4)
      assert.strictEqual(server.requests[0]?.tokens, 0)
      server.step()
      assert.strictEqual(server.requests[0]?.tokens, 1)
      server.stepUntilIdle()
      assert.strictEqual(said((yield* Fiber.join(client)).text), Speech.say(8))
    }))
})

describe("faults in a whole answer", () => {
  it.effect("sends half of its JSON, as if that were all", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start()
      server.fault({ invalidJson: true })
      const answer = yield* ask(server)
      assert.strictEqual(answer.status, 200)
      assert.throws(() => answer.json())
    }))

  it.effect("breaks in the middle", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start()
      server.fault({ cutAfter: 1 })
      assert.strictEqual((yield* Effect.flip(ask(server)))._tag, "Broken")
    }))
})

describe("the header x-simulate", () => {
  it("says in kebab case what the handle says in an object", () => {
    assert.deepStrictEqual(Faults.parse("status=503; retry-after=2, cut-before-done"), {
      status: 503,
      retryAfter: 2,
      cutBeforeDone: true
    })
    for (const wrong of ["cut-after", "hang=1", "cut-after=x", "typo"]) {
      assert.deepStrictEqual(Faults.parse(wrong), { unknown: wrong })
    }
  })

  it.effect("concerns its own request only", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start()
      assert.strictEqual((yield* ask(server, { headers: { "x-simulate": "status=502" } })).status, 502)
      assert.strictEqual((yield* ask(server)).status, 200)
      assert.strictEqual((yield* ask(server, { headers: { "x-simulate": "typo" } })).status, 400)
    }))
})
