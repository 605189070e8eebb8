/** What every driver obeys against the laboratory's engine, which speaks its API and remembers what it was asked. */
import type { ServerKind } from "@aiguilleur/core/Server"
import { defaults } from "@aiguilleur/core/Settings"
import type { FaceName } from "@aiguilleur/lab/face/Face"
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Predicate, Redacted, Struct } from "effect"
import { FetchHttpClient } from "effect/http"
import type { DriverModule } from "../../src/Driver.ts"
import { modelOf, serverOf } from "./BackendSuite.ts"

export const suite = (kind: ServerKind, face: FaceName, { endpoints, make, title }: DriverModule) => {
  const rig = Effect.fnUntraced(function*(options: SimulatedServer.Options = {}) {
    const engine = yield* SimulatedServer.start({ face, models: ["org/Small-24B"], manual: true, ...options })
    const backend = yield* Effect.provide(make(defaults), FetchHttpClient.layer)
    const token = options.token === undefined ? {} : { token: Redacted.make(options.token) }
    const server = {
      ...Struct.omit(serverOf(kind), ["token"]),
      ...token,
      url: engine.url,
      priorityScheduling: options.priorityScheduling === true
    }
    return { engine, backend, server, model: modelOf({ servers: [engine.url] }) }
  })

  const audio = new Blob([new Uint8Array(16_000 * 4)])

  /** Four tokens of the most work that this kind does. */
  const job = endpoints.chat === "no"
    ? { path: "/v1/audio/transcriptions", body: { model: "small", file: audio, priority: 5 } }
    : {
      path: "/v1/chat/completions",
      body: { model: "small", messages: [{ role: "user", content: "Bonjour" }], max_tokens: 4, priority: 5 }
    }

  /** Of a JSON body, or of the fields of a form. */
  const sent = (body: unknown): unknown => Predicate.hasProperty(body, "fields") ? body.fields : body

  describe(`Backend (${title}), against a simulated engine`, () => {
    it.effect("is up when the engine is ready, down when it was killed, and up again", () =>
      Effect.gen(function*() {
        const { backend, engine, server } = yield* rig({ token: "engine-secret" })
        assert.strictEqual(yield* backend.health(server), "up")
        yield* engine.kill
        assert.strictEqual(yield* backend.health(server), "down")
        yield* engine.start
        assert.strictEqual(yield* backend.health(server), "up")
      }))

    it.effect("does a job under the engine's name of the model, with its token, and without our priority", () =>
      Effect.gen(function*() {
        const { backend, engine, model, server } = yield* rig({ token: "engine-secret" })
        const done = yield* Effect.forkChild(backend.call(server, model, job))
        yield* engine.awaitRequests(1)
        engine.stepUntilIdle()
        assert.include(JSON.stringify(yield* Fiber.join(done)), "This is a simulated")
        assert.deepInclude(engine.requests[0], { ending: "finished", tokens: 4 })
        assert.propertyVal(sent(engine.requests[0]?.body), "model", "org/Small-24B")
        assert.notProperty(sent(engine.requests[0]?.body), "priority")
      }))

    it.effect("knows the engine's own words for a model and a token that it does not accept", () =>
      Effect.gen(function*() {
        const { backend, model, server } = yield* rig({ token: "engine-secret" })
        const stranger = yield* Effect.flip(backend.call(server, { ...model, engineName: "stranger" }, job))
        assert.strictEqual(stranger.reason, "unsupported")
        const open = Struct.omit(server, ["token"])
        assert.strictEqual((yield* Effect.flip(backend.call(open, model, job))).reason, "unauthorised")
      }))

    it.effect("takes an engine that is not ready for its model for busy, and for nothing worse", () =>
      Effect.gen(function*() {
        const { backend, model, server } = yield* rig({ loading: true })
        const error = yield* Effect.flip(backend.call(server, model, job))
        assert.deepStrictEqual([error.reason, error.message.slice(0, 3)], ["busy", "503"])
      }))

    it.effect("reads its load without a complaint, before a request and after", () =>
      Effect.gen(function*() {
        const { backend, engine, model, server } = yield* rig({ token: "engine-secret" })
        const before = yield* backend.load(server, [model])
        const done = yield* Effect.forkChild(backend.call(server, model, job))
        yield* engine.awaitRequests(1)
        engine.stepUntilIdle()
        yield* Fiber.join(done)
        const after = yield* backend.load(server, [model])
        assert.deepStrictEqual([...before.keys()], [...after.keys()])
      }))

    it.effect("has the engine abort what is interrupted, before its next token", () =>
      Effect.gen(function*() {
        const { backend, engine, model, server } = yield* rig()
        const done = yield* Effect.forkChild(backend.call(server, model, job))
        yield* engine.awaitRequests(1)
        engine.step(3)
        const before = engine.requests[0]?.tokens
        assert.isBelow(before!, 4)
        yield* Fiber.interrupt(done)
        yield* engine.awaitEnded("aborted", 1)
        engine.stepUntilIdle()
        assert.strictEqual(engine.requests[0]?.tokens, before)
        assert.strictEqual(engine.running(), 0)
      }))
  })
}
