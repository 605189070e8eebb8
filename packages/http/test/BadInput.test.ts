import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schedule } from "effect"
import * as Raw from "./Raw.ts"
import * as Rig from "./Rig.ts"

/** Sends one request, and sees that it was refused in OpenAI's shape and that nothing of it is left. */
const refused = Effect.fnUntraced(function*(
  rig: Rig.Rig,
  response: Response,
  status: number,
  code: string | null,
  message: RegExp
) {
  const text = yield* Rig.text(response)
  assert.strictEqual(response.status, status, text)
  assert.match(response.headers.get("content-type") ?? "", /^application\/json/)
  const { error } = JSON.parse(text)
  assert.deepStrictEqual(Object.keys(error).toSorted(), ["code", "message", "param", "type"])
  assert.strictEqual(error.code, code)
  assert.match(error.message, message)
  yield* nothingLeft(rig)
})

const nothingLeft = Effect.fnUntraced(function*(rig: Rig.Rig) {
  yield* rig.inFlight.drained
  const { leases, waiting } = yield* rig.dispatcher.snapshot
  assert.deepStrictEqual({ leases, waiting, received: rig.server.received() }, { leases: 0, waiting: 0, received: 0 })
})

const cases: ReadonlyArray<
  readonly [name: string, body: unknown, init: Parameters<typeof Rig.post>[2], number, string | null, RegExp]
> = [
  ["malformed JSON", "{\"model\": nope}", {}, 400, "invalid_request", /not valid JSON: at byte 11/],
  ["truncated JSON", "{\"model\": \"test-model\"", {}, 400, "invalid_request", /before its JSON object is closed/],
  ["an empty body", "", {}, 400, "invalid_request", /ends at byte 0/],
  ["JSON that is no object", "[1]", {}, 400, "invalid_request", /not an object/],
  ["no model", { messages: [] }, {}, 400, "invalid_request", /names no model.*Add a field `model`/],
  ["a model that is no string", { model: 7 }, {}, 400, "invalid_request", /`model` has the wrong type/],
  ["an unknown model", { model: "nowhere" }, {}, 404, "model_not_found", /`nowhere` does not exist/],
  [
    "an owned field twice",
    "{\"model\":\"a\",\"model\":\"b\"}",
    {},
    400,
    "invalid_request",
    /`model` is given a second/
  ],
  ["a missing key", Rig.chat(), { key: null }, 401, "invalid_api_key", /No API key was given/],
  [
    "a malformed key",
    Rig.chat(),
    { headers: { authorization: "Basic dXNlcjpwdw==" } },
    401,
    "invalid_api_key",
    /cannot be read. Send "Authorization: Bearer/
  ],
  ["an unknown key", Rig.chat(), { key: "who-is-this" }, 401, "invalid_api_key", /not known/],
  ["an expired key", Rig.chat(), { key: "secret-of-an-expired-key" }, 401, "invalid_api_key", /has expired/],
  ["a model not allowed", Rig.chat(), { key: "secret-of-a-limited-key" }, 403, "model_not_allowed", /may not use/],
  [
    "a bad routing mode",
    Rig.chat({ "routing-mode": "mine" }),
    {},
    400,
    "invalid_request",
    /any, private-first, private-only/
  ],
  [
    "a bad routing mode header",
    Rig.chat(),
    { headers: { "x-routing-mode": "x" } },
    400,
    "invalid_request",
    /routing mode/
  ],
  ["a priority that is no integer", Rig.chat({ priority: 1.5 }), {}, 400, "invalid_request", /`priority`.*an integer/],
  [
    "a priority header that is none",
    Rig.chat(),
    { headers: { "x-priority": "high" } },
    400,
    "invalid_request",
    /x-priority/
  ],
  ["a bad patience", Rig.chat(), { headers: { "x-max-wait": "soon" } }, 400, "invalid_request", /x-max-wait/],
  [
    "a compressed body",
    Rig.chat(),
    { headers: { "content-encoding": "gzip" } },
    415,
    "unsupported_content_encoding",
    /without a Content-Encoding/
  ],
  [
    "a form with files",
    "--x--",
    { headers: { "content-type": "multipart/form-data; boundary=x" } },
    415,
    "unsupported_media_type",
    /application\/json/
  ],
  ["an unknown path", Rig.chat(), { path: "/v2/chat" }, 404, "unknown_url", /Unknown request URL: POST \/v2\/chat/],
  ["an escaped path", Rig.chat(), { path: "/v1/%2e%2e/version" }, 404, "unknown_url", /Unknown request URL/],
  ["an administration path", Rig.chat(), { path: "/v1/load_lora_adapter" }, 404, "unknown_url", /Unknown request URL/],
  ["a model without servers", { model: "serverless" }, {}, 503, "no_server", /No server is configured/]
]

describe("Bad input", () => {
  it.live("gets its status and a message that says what to change, and costs no lease", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      for (const [name, body, init, status, code, message] of cases) {
        const response = yield* Rig.post(rig, body, init)
        yield* Effect.annotateLogs(refused(rig, response, status, code, message), { name })
      }
    }))

  it.live("is a path that leaves /v1, however it is written", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      for (const path of ["/v1/../metrics", "/v1//x", "/v1/./x", "/v1/a\\b", "/v1/chat/completions;x"]) {
        const raw = yield* Raw.open(rig.port)
        raw.write(Raw.head(Rig.secret, { "content-length": "2", connection: "close" }, path) + "{}")
        assert.match(yield* raw.closed, /^HTTP\/1.1 404 /)
      }
      yield* nothingLeft(rig)
    }))

  it.live("is a method that the path does not know", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      const response = yield* Effect.promise(() => fetch(`${rig.url}/v1/chat/completions`))
      yield* refused(rig, response, 405, "method_not_allowed", /Use POST/)
    }))

  it.live("is a body over the limit, announced or not", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ settings: { maxBody: 1000 } })
      const announced = yield* Rig.post(rig, Rig.chat({ user: "x".repeat(2000) }))
      yield* refused(rig, announced, 413, "request_too_large", /larger than the 1000 bytes/)
      const raw = yield* Raw.open(rig.port)
      raw.write(Raw.head(Rig.secret, { "transfer-encoding": "chunked" }))
      raw.write(`3e8\r\n{"user":"${"x".repeat(0x3e8 - 9)}\r\n3e8\r\n${"x".repeat(0x3e8)}\r\n`)
      assert.match(yield* raw.until((text) => text.includes("}}")), /^HTTP\/1.1 413 [^]*request_too_large/)
      yield* nothingLeft(rig)
    }))

  it.live("is a body for which there is no memory left, until there is", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ settings: { maxHeldBytes: 1000 }, servers: [{ manual: true }] })
      const body = Rig.chat({ user: "x".repeat(600) })
      const first = yield* Effect.forkChild(Rig.post(rig, body))
      yield* rig.server.awaitRequests(1)
      const second = yield* Rig.post(rig, body)
      assert.strictEqual(second.status, 503)
      assert.isNotNull(second.headers.get("retry-after"))
      assert.include(yield* Rig.text(second), "\"overloaded\"")
      rig.server.resume()
      assert.strictEqual((yield* Fiber.join(first)).status, 200)
      yield* rig.inFlight.drained
      assert.strictEqual((yield* Rig.post(rig, body)).status, 200)
    }))

  it.live("is a body that stops coming", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ settings: { bodyIdle: 50 } })
      const raw = yield* Raw.open(rig.port)
      raw.write(Raw.head(Rig.secret, { "content-length": "900" }) + "{\"model\":")
      assert.match(yield* raw.until((text) => text.includes("}}")), /^HTTP\/1.1 408 [^]*request_timeout/)
      yield* nothingLeft(rig)
    }))

  it.live("is a body that comes drop by drop", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ settings: { bodyTotal: 50 } })
      const raw = yield* Raw.open(rig.port)
      raw.write(Raw.head(Rig.secret, { "content-length": "900" }) + "{\"model\":")
      const dripping = yield* Effect.forkChild(
        Effect.repeat(Effect.sync(() => raw.write(" ")), Schedule.spaced("5 millis"))
      )
      assert.match(yield* raw.until((text) => text.includes("}}")), /^HTTP\/1.1 408 [^]*request_timeout/)
      yield* Fiber.interrupt(dripping)
      yield* nothingLeft(rig)
    }))

  it.live("is a head that does not end", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ listen: { headersTimeout: 50 } })
      const raw = yield* Raw.open(rig.port)
      raw.write("POST /v1/chat/completions HTTP/1.1\r\nhost: test\r\n")
      assert.match(yield* raw.closed, /^HTTP\/1.1 408 [^]*request_timeout/)
    }))

  it.live("is a header bomb, or no HTTP at all", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      const bomb = yield* Raw.open(rig.port)
      bomb.write(Raw.head(Rig.secret, { "x-bomb": "x".repeat(20_000) }))
      assert.match(yield* bomb.closed, /^HTTP\/1.1 431 [^]*headers_too_large/)
      const noise = yield* Raw.open(rig.port)
      noise.write("HELLO\r\n\r\n")
      assert.match(yield* noise.closed, /^HTTP\/1.1 400 [^]*invalid_request/)
      yield* nothingLeft(rig)
    }))

  it.live("is a client that leaves in the middle of its own request", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      const raw = yield* Raw.open(rig.port)
      raw.write(Raw.head(Rig.secret, { "content-length": "900" }) + "{\"model\":")
      while (rig.inFlight.sizeUnsafe() === 0) yield* Effect.yieldNow
      raw.destroy()
      yield* nothingLeft(rig)
    }))

  it.live("does not end the connection of a client that sends better next", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      const raw = yield* Raw.open(rig.port)
      const good = JSON.stringify(Rig.chat())
      raw.write(Raw.head("wrong", { "content-length": String(good.length) }) + good)
      yield* raw.until((text) => text.includes("invalid_api_key"))
      raw.write(Raw.head(Rig.secret, { "content-length": String(good.length) }) + good)
      assert.match(yield* raw.until((text) => text.includes("usage")), /HTTP\/1.1 200 OK/)
    }))

  it.live("is a path that cannot be decoded", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      for (
        const path of ["/v1/%zz", "/v1/models/%", "/%", `/v1/models/${"x".repeat(300)}`, "/v1/" + "x/".repeat(500)]
      ) {
        for (const method of ["POST", "GET"]) {
          const raw = yield* Raw.open(rig.port)
          raw.write(`${method} ${path} HTTP/1.1\r\nhost: test\r\nauthorization: Bearer ${Rig.secret}\r\n`)
          raw.write("content-length: 2\r\nconnection: close\r\n\r\n{}")
          assert.match(yield* raw.closed, /^HTTP\/1.1 40[045] [^]*\{"error":\{"message":/, `${method} ${path}`)
        }
      }
      yield* nothingLeft(rig)
    }))

  it.live("is not the offer of another protocol", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      const body = JSON.stringify(Rig.chat())
      const raw = yield* Raw.open(rig.port)
      raw.write(
        Raw.head(Rig.secret, {
          "content-length": String(body.length),
          connection: "Upgrade, HTTP2-Settings",
          upgrade: "h2c",
          "http2-settings": "AAMAAABkAAQAAP__"
        }) + body
      )
      assert.match(yield* raw.until((text) => text.includes("usage")), /HTTP\/1.1 200 OK/)
    }))

  it.live("does not include what curl does by default", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      const form = { headers: { "content-type": "application/x-www-form-urlencoded" } }
      assert.strictEqual((yield* Rig.post(rig, Rig.chat(), form)).status, 200)
      const raw = yield* Raw.open(rig.port)
      const body = JSON.stringify(Rig.chat())
      raw.write(Raw.head(Rig.secret, { "content-length": String(body.length), expect: "100-continue" }))
      yield* raw.until((text) => text.includes("100 Continue"))
      raw.write(body)
      assert.match(yield* raw.until((text) => text.includes("usage")), /HTTP\/1.1 200 OK/)
    }))
})
