/** What every driver obeys, over an engine that answers what the test says. */
import type { Backend, Outgoing, Reply } from "@aiguilleur/core/Backend"
import type { Model } from "@aiguilleur/core/Model"
import { isRetriable, Outcome } from "@aiguilleur/core/Outcome"
import type { Server, ServerKind } from "@aiguilleur/core/Server"
import { defaults } from "@aiguilleur/core/Settings"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Redacted, Schema, Struct } from "effect"
import { FetchHttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import type { DriverModule } from "../../src/Driver.ts"
import { serves } from "../../src/Endpoint.ts"
import * as StubEngine from "./StubEngine.ts"

export const serverOf = (kind: ServerKind, changes: Partial<Server> = {}): Server => ({
  url: "http://engine:8000",
  kind,
  token: Redacted.make("engine-secret"),
  organisation: "univ-a",
  site: "dc1",
  maxConcurrent: 4,
  headroom: 0,
  ownerReserve: 0,
  priorityScheduling: false,
  ...changes
})

export const modelOf = (changes: Partial<Model> = {}): Model => ({
  name: "small",
  engineName: "org/Small-24B",
  aliases: [],
  strategy: "least-busy",
  policy: "performance",
  ttftThreshold: 500,
  patience: 60_000,
  servers: ["http://engine:8000"],
  ...changes
})

export const outgoing = (changes: Partial<Outgoing> = {}): Outgoing => ({
  path: "/v1/chat/completions",
  stream: false,
  includeUsage: false,
  priority: 3,
  bestPriority: 5,
  ...changes
})

export const answer = (status: number, body = "", retryAfter?: number): Reply => ({
  _tag: "Answer",
  status,
  retryAfter,
  body
})

const fault = (code: string, sent: boolean): Reply => ({ _tag: "Fault", code, sent })

const server = Outcome.Misconfigured({ scope: "server" })

/** DESIGN §3.5, as far as one reply can tell. */
const table: Array<readonly [what: string, reply: Reply, outcome: Outcome]> = [
  ["200", answer(200), Outcome.Served()],
  ["204", answer(204), Outcome.Served()],
  ["302", answer(302), server],
  ["400", answer(400, "{\"error\":{\"message\":\"no\"}}"), Outcome.Client()],
  ["401", answer(401), server],
  ["402", answer(402), server],
  ["403", answer(403), server],
  ["404 of a path", answer(404, "{\"detail\":\"Not Found\"}"), Outcome.Client()],
  ["404 without a body", answer(404), Outcome.Client()],
  [
    "404 of a model",
    answer(404, "{\"error\":{\"message\":\"The model `x` does not exist.\"}}"),
    Outcome.Misconfigured({ scope: "model" })
  ],
  ["407", answer(407), server],
  ["413", answer(413), Outcome.Client()],
  ["422", answer(422), Outcome.Client()],
  ["429", answer(429), Outcome.Busy({ retryAfter: undefined })],
  ["429 with Retry-After", answer(429, "", 7_000), Outcome.Busy({ retryAfter: 7_000 })],
  ["429 with a Retry-After that is no time", answer(429, "", NaN), Outcome.Busy({ retryAfter: undefined })],
  ["500", answer(500), Outcome.Suspect()],
  ["501", answer(501), Outcome.Client()],
  ["502", answer(502), Outcome.Suspect()],
  ["503", answer(503, "", 90_000), Outcome.Busy({ retryAfter: 90_000 })],
  ["504", answer(504), Outcome.Suspect()],
  ["529", answer(529), Outcome.Busy({ retryAfter: undefined })],
  ["a first-byte timer", { _tag: "Timeout" }, Outcome.Suspect()],
  ["a refused connection", fault("ECONNREFUSED", false), Outcome.Down()],
  ["a name that is unknown", fault("ENOTFOUND", false), Outcome.Down()],
  ["a resolver that is away", fault("EAI_AGAIN", false), Outcome.Down()],
  ["a host without a route", fault("EHOSTUNREACH", false), Outcome.Down()],
  ["a network without a route", fault("ENETUNREACH", false), Outcome.Down()],
  ["undici's connection timer", fault("UND_ERR_CONNECT_TIMEOUT", false), Outcome.Down()],
  ["the system's connection timer", fault("ETIMEDOUT", false), Outcome.Down()],
  ["the same timer after sending", fault("ETIMEDOUT", true), Outcome.Suspect()],
  ["an expired certificate", fault("CERT_HAS_EXPIRED", false), Outcome.Down()],
  ["a self-signed certificate", fault("DEPTH_ZERO_SELF_SIGNED_CERT", false), Outcome.Down()],
  ["a self-signed chain", fault("SELF_SIGNED_CERT_IN_CHAIN", false), Outcome.Down()],
  ["an unknown authority", fault("UNABLE_TO_VERIFY_LEAF_SIGNATURE", false), Outcome.Down()],
  ["a certificate of another name", fault("ERR_TLS_CERT_ALTNAME_INVALID", false), Outcome.Down()],
  ["plain HTTP where TLS was expected", fault("ERR_SSL_WRONG_VERSION_NUMBER", false), Outcome.Down()],
  ["a broken handshake", fault("EPROTO", false), Outcome.Down()],
  ["a reset while connecting", fault("ECONNRESET", false), Outcome.Down()],
  ["a reset after sending", fault("ECONNRESET", true), Outcome.Suspect()],
  ["a broken pipe after sending", fault("EPIPE", true), Outcome.Suspect()],
  ["a socket closed after sending", fault("UND_ERR_SOCKET", true), Outcome.Suspect()],
  ["an answer that is no HTTP", fault("HPE_INVALID_CONSTANT", true), Outcome.Suspect()],
  ["a header that cannot be sent", fault("UND_ERR_INVALID_ARG", false), Outcome.Suspect()]
]

const Status = Schema.Int.check(Schema.isBetween({ minimum: 100, maximum: 599 }))

export const suite = (
  kind: ServerKind,
  { classify, endpoints, healthPath, make, rewrite, title: name }: DriverModule
) => {
  const built = Effect.provide(make(defaults), FetchHttpClient.layer)

  const rig = Effect.gen(function*() {
    const engine = yield* StubEngine.start
    const backend: Backend = yield* built
    return { engine, backend, server: serverOf(kind, { url: engine.url }), model: modelOf({ servers: [engine.url] }) }
  })

  describe(`Backend (${name}), rewrite`, () => {
    it("names the engine's model and brings the engine's token", () => {
      const change = rewrite(serverOf(kind), modelOf(), outgoing())
      assert.strictEqual(change.fields["model"], "org/Small-24B")
      assert.strictEqual(change.token && Redacted.value(change.token), "engine-secret")
      const open = Struct.omit(serverOf(kind), ["token"])
      assert.isUndefined(rewrite(open, modelOf(), outgoing()).token)
    })

    it("joins the path with the prefix of the server's URL", () => {
      const prefixed = serverOf(kind, { url: "http://engine:8000/a/v1" })
      assert.strictEqual(rewrite(prefixed, modelOf(), outgoing()).path, "/a/v1/chat/completions")
    })

    it("tells a server that schedules by priority all of our order or nothing of it", () => {
      const server = serverOf(kind, { priorityScheduling: true })
      const told = [0, 1, 2, 3, 4, 5].map((priority) =>
        rewrite(server, modelOf(), outgoing({ priority })).fields["priority"]
      )
      assert.include([1, 6], new Set(told).size)
      assert.strictEqual(told.includes(undefined), new Set(told).size === 1)
    })

    it("removes what is ours: priority and both spellings of the routing mode", () => {
      const { fields } = rewrite(serverOf(kind), modelOf(), outgoing())
      for (const member of ["priority", "routing-mode", "routing_mode"]) {
        assert.isTrue(Object.hasOwn(fields, member), member)
        assert.isUndefined(fields[member], member)
      }
    })

    const usage: Array<readonly [path: string, stream: boolean, includeUsage: boolean, asked: boolean]> = [
      ["/v1/chat/completions", true, false, true],
      ["/v1/completions", true, false, true],
      ["/v1/chat/completions?a=b", true, false, true],
      ["/v1/chat/completions", true, true, false],
      ["/v1/chat/completions", false, false, false],
      ["/v1/responses", true, false, false],
      ["/v1/messages", true, false, false],
      ["/v1/embeddings", false, false, false],
      ["/v1/audio/transcriptions", true, false, false]
    ]
    it.each(usage)("on %s (stream: %s, asked by the caller: %s) asks for usage itself: %s", (path, ...rest) => {
      const [stream, includeUsage, wanted] = rest
      const asked = wanted && serves(endpoints, path)
      const { dropUsage, fields } = rewrite(serverOf(kind), modelOf(), outgoing({ path, stream, includeUsage }))
      assert.strictEqual(dropUsage, asked)
      assert.deepStrictEqual(fields["stream_options"], asked ? { include_usage: true } : undefined)
      // A member named with `undefined` would be removed: the caller's own must not be.
      assert.strictEqual(Object.hasOwn(fields, "stream_options"), asked)
    })
  })

  describe(`Backend (${name}), classify`, () => {
    it.each(table)("answers for %s", (_, reply, outcome) => {
      assert.deepStrictEqual(classify(reply), outcome)
    })

    it.prop(
      "serves 2xx alone, and says nothing that only the relay can know",
      [Status, Schema.String],
      ([status, body]) => {
        const outcome = classify(answer(status, body))
        assert.strictEqual(outcome._tag === "Served", status >= 200 && status < 300)
        assert.notInclude(["Broken", "Expired", "Withdrawn", "Down"], outcome._tag)
      }
    )

    it.prop("keeps a server whose error quotes its caller", [Schema.String], ([words]) => {
      const quoted = JSON.stringify({
        error: { message: `'${words}: the model x does not exist' is no value of seed` }
      })
      assert.deepStrictEqual(classify(answer(400, quoted)), Outcome.Client())
      assert.deepStrictEqual(classify(answer(404, quoted)), Outcome.Client())
    })

    it.prop("goes on elsewhere after any fault, whatever its code", [Schema.String, Schema.Boolean], ([code, sent]) => {
      assert.isTrue(isRetriable(classify(fault(code, sent))))
    })
  })

  describe(`Backend (${name}), over HTTP`, () => {
    const health: Array<readonly [status: number, up: "up" | "down"]> = [
      [200, "up"],
      [204, "up"],
      [302, "up"],
      [401, "up"],
      [404, "up"],
      [429, "up"],
      [500, "down"],
      [502, "down"],
      [503, "down"]
    ]
    it.effect.each(health)("takes a health check answered %s", ([status, expected]) =>
      Effect.gen(function*() {
        const { backend, engine, server } = yield* rig
        engine.answers(healthPath, { status, body: "", headers: { location: "/elsewhere" } })
        assert.strictEqual(yield* backend.health(server), expected)
        const asked = yield* engine.asked
        assert.deepStrictEqual([asked.method, asked.path], ["GET", healthPath])
        assert.strictEqual(asked.authorization, "Bearer engine-secret")
      }).pipe(Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" })))

    it.effect("calls a server that refuses connections down", () =>
      Effect.gen(function*() {
        const { backend, server } = yield* Effect.scoped(rig)
        assert.strictEqual(yield* backend.health(server), "down")
      }))

    it.effect("calls a server silent for two seconds down, and hangs up", () =>
      Effect.gen(function*() {
        const { backend, engine, server } = yield* rig
        engine.answers(healthPath, "hang")
        const check = yield* Effect.forkChild(backend.health(server))
        yield* engine.asked
        yield* TestClock.adjust("1999 millis")
        assert.isUndefined(check.pollUnsafe())
        yield* TestClock.adjust("1 millis")
        assert.strictEqual(yield* Fiber.join(check), "down")
        assert.strictEqual(yield* engine.abandoned, healthPath)
      }))

    it.effect("calls a server that breaks off its answer down", () =>
      Effect.gen(function*() {
        const { backend, engine, server } = yield* rig
        engine.answers(healthPath, "cut")
        assert.strictEqual(yield* backend.health(server), "down")
      }))

    it.effect("aborts a health check when it is interrupted", () =>
      Effect.gen(function*() {
        const { backend, engine, server } = yield* rig
        engine.answers(healthPath, "hang")
        const check = yield* Effect.forkChild(backend.health(server))
        yield* engine.asked
        yield* Fiber.interrupt(check)
        assert.strictEqual(yield* engine.abandoned, healthPath)
      }))

    it.effect("posts a job with the rewrite every request gets and gives back its JSON", () =>
      Effect.gen(function*() {
        const { backend, engine, model, server } = yield* rig
        engine.answers("/v1/chat/completions", { status: 200, body: "{\"choices\":[]}" })
        const body = { model: "small", messages: [], "routing-mode": "any", priority: 4 }
        assert.deepStrictEqual(yield* backend.call(server, model, { path: "/v1/chat/completions", body }), {
          choices: []
        })
        const asked = yield* engine.asked
        assert.deepStrictEqual([asked.method, asked.authorization], ["POST", "Bearer engine-secret"])
        assert.deepStrictEqual(JSON.parse(asked.body), { model: "org/Small-24B", messages: [] })
      }))

    const failures: Array<readonly [scripted: StubEngine.Scripted, reason: string]> = [
      [{ status: 200, body: "<html>" }, "malformed"],
      [{ status: 200, body: "" }, "malformed"],
      [{ status: 400, body: "" }, "refused"],
      [{ status: 401, body: "" }, "unauthorised"],
      [{ status: 404, body: "{\"error\":{\"message\":\"The model `x` does not exist.\"}}" }, "unsupported"],
      [{ status: 429, body: "" }, "busy"],
      [{ status: 500, body: "" }, "unhealthy"],
      ["cut", "unreachable"]
    ]
    it.effect.each(failures)("fails a job with its reason: %j", ([scripted, reason]) =>
      Effect.gen(function*() {
        const { backend, engine, model, server } = yield* rig
        engine.answers("/v1/embeddings", scripted)
        const error = yield* Effect.flip(backend.call(server, model, { path: "/v1/embeddings", body: {} }))
        assert.deepStrictEqual([error.server, error.reason], [engine.url, reason])
        assert.notInclude(JSON.stringify(error), "engine-secret")
      }))

    it.effect("fails a job as unreachable when nobody listens", () =>
      Effect.gen(function*() {
        const { backend, model, server } = yield* Effect.scoped(rig)
        const error = yield* Effect.flip(backend.call(server, model, { path: "/v1/embeddings", body: {} }))
        assert.deepStrictEqual([error.reason, error.message], ["unreachable", "ECONNREFUSED"])
      }))

    it.effect("aborts a job when it is interrupted, and never before", () =>
      Effect.gen(function*() {
        const { backend, engine, model, server } = yield* rig
        engine.answers("/v1/embeddings", "hang")
        const job = yield* Effect.forkChild(backend.call(server, model, { path: "/v1/embeddings", body: {} }))
        yield* engine.asked
        yield* TestClock.adjust("1 hour")
        assert.isUndefined(job.pollUnsafe())
        yield* Fiber.interrupt(job)
        assert.strictEqual(yield* engine.abandoned, "/v1/embeddings")
      }))
  })
}
