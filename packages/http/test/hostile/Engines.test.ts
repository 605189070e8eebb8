import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { gzipSync } from "node:zlib"
import * as Script from "../faults/ScriptedEngine.ts"
import * as Raw from "../Raw.ts"
import * as Rig from "../Rig.ts"

/** On a machine that is busy. */
const limit = 30_000

const against = (script: Script.Script, settings: NonNullable<Rig.RigOptions["settings"]> = {}) =>
  Effect.gen(function*() {
    const engine = yield* Script.start(script)
    const rig = yield* Rig.make({ actors: [engine.url], servers: [], settings })
    return { engine, rig }
  })

const nothingLeft = Effect.fnUntraced(function*(rig: Rig.Rig) {
  yield* rig.inFlight.drained
  const { leases, waiting } = yield* rig.dispatcher.snapshot
  assert.deepStrictEqual({ leases, waiting }, { leases: 0, waiting: 0 })
  assert.strictEqual((yield* Effect.promise(() => fetch(`${rig.url}/health/liveness`))).status, 200)
})

const ask = Effect.fnUntraced(function*(rig: Rig.Rig, more: object = {}) {
  const raw = yield* Raw.open(rig.port)
  const body = JSON.stringify(Rig.chat({ ...more }))
  raw.write(Raw.head(Rig.secret, { "content-length": String(body.length), connection: "close" }) + body)
  return yield* raw.closed
})

const stream = { stream: true }

const secrets: Readonly<Record<string, string>> = {
  "set-cookie": "session=stolen; Domain=example.org",
  "server": "engine/1.0 at 10.0.0.7",
  "via": "1.1 internal-proxy",
  "x-request-id": "of-the-engine",
  "x-aiguilleur-server": "a-lie",
  "www-authenticate": "Basic realm=engine",
  "access-control-allow-origin": "*",
  "strict-transport-security": "max-age=1",
  "alt-svc": "h3=\":443\"",
  "location": "http://10.0.0.7/",
  "refresh": "0; url=http://10.0.0.7/",
  "trailer": "x-more",
  "authorization": "Bearer engine-token"
}

const absurd: ReadonlyArray<readonly [string, unknown]> = [
  ["negative", { prompt_tokens: -1, completion_tokens: -5 }],
  ["infinite", { prompt_tokens: 1e308, completion_tokens: 1e300 }],
  ["fractional", { prompt_tokens: 1.5, completion_tokens: 0.1 }],
  ["in words", { prompt_tokens: "many", completion_tokens: ["five"] }],
  ["a list", [1, 2, 3]],
  ["an object of objects", { prompt_tokens: { valueOf: 1 }, completion_tokens: { toString: "x" } }],
  ["true", true]
]

describe("An untrusted engine", () => {
  it.live("reaches no client with its headers but the few that are named", () =>
    Effect.gen(function*() {
      const { rig } = yield* against((socket) => {
        socket.write(Script.answer(secrets))
        return "answered"
      })
      const head = (yield* ask(rig)).split("\r\n\r\n")[0]!.toLowerCase()
      assert.match(head, /^http\/1\.1 200 /)
      for (const [name, value] of Object.entries(secrets)) assert.notInclude(head, value.toLowerCase(), name)
      yield* nothingLeft(rig)
    }), limit)

  for (const type of ["application/json; name=\"é\"", "text/🚂", "application/json\u0085x", "application/json\x7f"]) {
    it.live(`with the content type ${JSON.stringify(type)} breaks nothing`, () =>
      Effect.gen(function*() {
        const { rig } = yield* against((socket) => {
          socket.write(Script.answer({ "content-type": type }))
          return "answered"
        })
        assert.match(yield* ask(rig), /^HTTP\/1\.1 (?:200|502) /)
        yield* nothingLeft(rig)
      }), limit)
  }

  it.live("that names its type twice is taken at neither word", () =>
    Effect.gen(function*() {
      const { rig } = yield* against((socket) => {
        const twice = "content-type: text/html\r\ncontent-type: text/event-stream\r\n"
        socket.write(Script.answer().replace("content-type: application/json\r\n", twice))
        return "answered"
      })
      const head = (yield* ask(rig)).split("\r\n\r\n")[0]!
      assert.match(head, /^HTTP\/1\.1 200 /)
      yield* nothingLeft(rig)
    }), limit)

  it.live(
    "compresses although it was told not to: passed on as it says, and nothing is unpacked here",
    () =>
      Effect.gen(function*() {
        const packed = gzipSync(Script.answerBody())
        const { rig } = yield* against((socket) => {
          socket.write(
            Script.head(200, {
              "content-type": "application/json",
              "content-encoding": "gzip",
              "content-length": String(packed.length)
            })
          )
          socket.write(packed)
          return "answered"
        })
        const response = yield* Rig.post(rig, Rig.chat())
        assert.strictEqual(yield* Rig.text(response), Script.answerBody())
        assert.strictEqual(rig.usage.attempts[0]!.promptTokens, undefined)
        yield* nothingLeft(rig)
      }),
    limit
  )

  for (const [what, usage] of absurd) {
    it.live(`whose usage is ${what} is not believed`, () =>
      Effect.gen(function*() {
        let asked = 0
        const { rig } = yield* against((socket) => {
          const events = Script.tokens(5) + Script.usageEvent(usage) + Script.done
          socket.write(asked++ === 0 ? Script.answer({}, Script.answerBody(usage)) : Script.stream(events))
          return "answered"
        })
        assert.match(yield* ask(rig), /^HTTP\/1\.1 200 /)
        assert.match(yield* ask(rig, stream), /^HTTP\/1\.1 200 [^]*\[DONE\]/)
        assert.deepStrictEqual(
          rig.usage.attempts.map(({ completionTokens, reported }) => [completionTokens, reported]),
          [[undefined, false], [5, false]]
        )
        yield* nothingLeft(rig)
      }), limit)
  }

  it.live(
    "that sends comments without end keeps no client waiting for longer than the first-byte timer",
    () =>
      Effect.gen(function*() {
        const { engine, rig } = yield* against((socket) => {
          socket.write(Script.eventsHead)
          const write = () => {
            if (!socket.writable) return
            socket.write(Script.chunk(`: ${"x".repeat(100_000)}\n\n`))
            setImmediate(write)
          }
          write()
        }, { firstByte: 200 })
        assert.match(yield* ask(rig, stream), /^HTTP\/1\.1 502 /)
        yield* nothingLeft(rig)
        assert.deepStrictEqual(engine.endings(), ["closed"])
      }),
    limit
  )

  it.live("whose error has no end is read no further than what is held back", () =>
    Effect.gen(function*() {
      let written = 0
      const { rig } = yield* against((socket) => {
        socket.write(Script.head(500, { "transfer-encoding": "chunked" }))
        const write = () => {
          while (socket.writable && written < 1e9) {
            written += 100_000
            if (!socket.write(Script.chunk("x".repeat(100_000)))) return
          }
        }
        socket.on("drain", write)
        write()
      })
      assert.match(yield* ask(rig), /^HTTP\/1\.1 500 /)
      assert.isBelow(written, 100e6)
      yield* nothingLeft(rig)
    }), limit)

  it.live("that answers twice does not reach the next client with its second answer", () =>
    Effect.gen(function*() {
      let asked = 0
      const { rig } = yield* against((socket) => {
        asked++
        socket.write(Script.answer({}, `{"n":${asked}}`) + Script.answer({}, `{"smuggled":${asked}}`))
        return "answered"
      })
      const texts = [yield* ask(rig), yield* ask(rig), yield* ask(rig)]
      for (const text of texts) assert.notInclude(text, "smuggled")
      yield* nothingLeft(rig)
    }), limit)

  for (const status of [0, 99, 199, 206, 299, 304, 399, 600, 999]) {
    it.live(`with the status ${status} gets its client an answer that makes sense`, () =>
      Effect.gen(function*() {
        const { rig } = yield* against((socket) => {
          socket.end(Script.answer().replace("200", String(status).padStart(3, "0")))
        }, { total: 2_000 })
        const [, seen] = /^HTTP\/1\.1 (\d{3}) /.exec(yield* ask(rig)) ?? []
        assert.include(["200", "206", "299", "502"], seen)
        yield* nothingLeft(rig)
      }), limit)
  }
})
