import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Remains from "../faults/Remains.ts"
import * as Raw from "../Raw.ts"
import * as Rig from "../Rig.ts"

/** Whatever was done to it, others are served as ever and nothing of it is left. */
const unharmed = Effect.fnUntraced(function*(rig: Rig.Rig, received: number) {
  const { status } = yield* Rig.post(rig, Rig.chat())
  assert.strictEqual(status, 200)
  yield* rig.inFlight.drained
  const { leases, waiting } = yield* rig.dispatcher.snapshot
  assert.deepStrictEqual({ leases, waiting, received: rig.server.received() }, {
    leases: 0,
    waiting: 0,
    received: received + 1
  })
})

const send = Effect.fnUntraced(function*(rig: Rig.Rig, text: string) {
  const raw = yield* Raw.open(rig.port)
  raw.write(text)
  return raw
}, Effect.orDie)

const statusesIn = (text: string) => Array.from(text.matchAll(/HTTP\/1\.1 (\d{3}) /g), ([, status]) => Number(status))

const many = (rig: Rig.Rig, count: number) =>
  Effect.forEach(Array.from({ length: count }), () => Raw.open(rig.port), { concurrency: 100 })

const head = (...lines: ReadonlyArray<string>) =>
  ["POST /v1/chat/completions HTTP/1.1", "host: test", `authorization: Bearer ${Rig.secret}`, ...lines, "", ""].join(
    "\r\n"
  )

const body = JSON.stringify(Rig.chat())
const length = `content-length: ${body.length}`

/** What a server behind another one must never read differently from it. */
const ambiguous: ReadonlyArray<readonly [string, string]> = [
  ["a length and chunks", head(length, "transfer-encoding: chunked") + `0\r\n\r\n${body}`],
  ["chunks and a length", head("transfer-encoding: chunked", length) + `0\r\n\r\n${body}`],
  ["two lengths", head(length, "content-length: 2") + body],
  ["a list of lengths", head(`content-length: ${body.length}, 2`) + body],
  ["a length with a sign", head(`content-length: +${body.length}`) + body],
  ["a length in hexadecimal", head("content-length: 0x10") + body],
  ["chunks by another name", head("transfer-encoding: xchunked") + body],
  ["chunks, then something else", head("transfer-encoding: chunked, identity") + body],
  ["chunks with a space before the colon", head("transfer-encoding : chunked") + `0\r\n\r\n`],
  ["chunks on a folded line", head("transfer-encoding:\r\n chunked") + `0\r\n\r\n`],
  ["a chunk of a size that is none", head("transfer-encoding: chunked") + `zz\r\n${body}\r\n0\r\n\r\n`],
  ["a chunk size that overflows", head("transfer-encoding: chunked") + `fffffffffffffffff\r\n${body}`],
  ["a bare line feed in a header", head("x-a: b\nx-c: d", length) + body],
  ["a bare carriage return in a header", head("x-a: b\rx-c: d", length) + body],
  ["a NUL in a header", head("x-a: b\0c", length) + body],
  ["a header without a name", head(": b", length) + body]
]

const oddNames = [
  "\ud800",
  "\udc00x",
  "\u0000",
  "\u202egnp.exe",
  "e\u0301",
  "ﬀ",
  "\ufeff",
  "🚂".repeat(500),
  "x\r\nset-cookie: a=b",
  "../../etc/passwd",
  "${jndi:ldap://x}",
  "'; DROP TABLE usage; --",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "x".repeat(500_000)
]

describe("A hostile caller", () => {
  it.live(
    "that opens two thousand connections and says nothing loses them; others are served meanwhile",
    () =>
      Effect.gen(function*() {
        const rig = yield* Rig.make({ listen: { headersTimeout: 1_000 } })
        const before = Remains.held(["TCPSocketWrap"])
        const idle = yield* many(rig, 2_000)
        yield* unharmed(rig, 0)
        yield* Effect.forEach(idle, ({ closed }) => closed, { concurrency: "unbounded" })
        assert.deepStrictEqual(yield* Remains.noMoreThan(before), before)
        yield* unharmed(rig, 1)
      }),
    20_000
  )

  it.live("that drips a hundred heads, a byte at a time, loses them as well", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ listen: { headersTimeout: 400 } })
      const slow = yield* many(rig, 100)
      const text = `${head().slice(0, -2)}x-slow: `
      const drip = Effect.gen(function*() {
        for (let at = 0;; at++) {
          for (const raw of slow) raw.write(text[at] ?? "x")
          yield* Remains.turn
        }
      })
      const ends = Effect.forEach(slow, ({ closed }) => closed, { concurrency: "unbounded" })
      yield* Effect.raceFirst(drip, ends)
      yield* unharmed(rig, 0)
    }))

  it.live("that sends a body without end is cut off at the limit", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ settings: { maxBody: 100_000, maxHeldBytes: 200_000 } })
      const raw = yield* send(rig, head("transfer-encoding: chunked") + "a\r\n{\"user\":\"x\r\n")
      const piece = `2710\r\n${"x".repeat(10_000)}\r\n`
      for (let sent = 0; sent < 1_000 && !raw.received().includes("413"); sent++) {
        raw.write(piece)
        yield* Remains.turn
      }
      assert.match(raw.received(), /^HTTP\/1.1 413 /)
      yield* unharmed(rig, 0)
    }))

  it.live("that nests tens of thousands of levels deep is told so", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      for (const deep of ["[", "{\"a\":", "[[{\"__proto__\":"]) {
        const response = yield* Rig.post(rig, `{"model":"test-model","messages":${deep.repeat(30_000)}`)
        assert.strictEqual(response.status, 400)
        assert.include(yield* Rig.text(response), "nests deeper")
      }
      yield* unharmed(rig, 0)
    }))

  it.live("that names members of every object pollutes nothing, and its body travels as it is", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      const polluted = `{"__proto__":{"stream":true,"polluted":1},"constructor":{"prototype":{"polluted":1}},` +
        body.slice(1)
      const response = yield* Rig.post(rig, polluted)
      assert.strictEqual(response.status, 200)
      assert.notInclude(yield* Rig.text(response), "data:")
      assert.isUndefined(({} as { polluted?: unknown }).polluted)
      assert.include(JSON.stringify(rig.server.requests[0]!.body), "\"polluted\":1")
      yield* unharmed(rig, 1)
    }))

  for (const field of ["model", "stream", "priority", "max_tokens", "routing-mode", "stream_options"]) {
    it.live(`that gives ${field} twice is refused, escaped or not`, () =>
      Effect.gen(function*() {
        const rig = yield* Rig.make()
        const escaped = `\\u${field.charCodeAt(0).toString(16).padStart(4, "0")}${field.slice(1)}`
        for (const again of [field, escaped]) {
          const response = yield* Rig.post(rig, `{"${field}":null,"${again}":null}`)
          assert.strictEqual(response.status, 400)
          yield* Rig.text(response)
        }
        yield* unharmed(rig, 0)
      }))
  }

  for (const [what, bytes] of ambiguous) {
    it.live(`that smuggles with ${what} gets one refusal at most, and nothing reaches an engine`, () =>
      Effect.gen(function*() {
        const rig = yield* Rig.make()
        const raw = yield* send(rig, bytes + "GET /smuggled HTTP/1.1\r\nhost: test\r\n\r\n")
        const statuses = statusesIn(yield* raw.closed)
        assert.deepStrictEqual(statuses, [400])
        yield* unharmed(rig, 0)
      }))
  }

  it.live("that names a model oddly gets a 404 in plain JSON, of a size that does not depend on the name", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      for (const name of oddNames) {
        const response = yield* Rig.post(rig, JSON.stringify({ ...Rig.chat(), model: name }))
        // Nobody gives a model a name of half a megabyte.
        assert.strictEqual(response.status, name.length > 10_000 ? 400 : 404, name.slice(0, 40))
        assert.isNull(response.headers.get("set-cookie"))
        const text = yield* Rig.text(response)
        assert.isString(JSON.parse(text).error.message)
        assert.isBelow(text.length, 4_000)
      }
      yield* unharmed(rig, 0)
    }))

  it.live("that uses a method of its own invention, or a tunnel, is refused", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      for (
        const line of ["TRACE / HTTP/1.1", "CONNECT 127.0.0.1:22 HTTP/1.1", "BREW /pot HTTP/1.1", "PRI * HTTP/2.0"]
      ) {
        const raw = yield* send(rig, `${line}\r\nhost: test\r\nconnection: close\r\n\r\n`)
        const statuses = statusesIn(yield* raw.closed)
        assert.isTrue(statuses.every((status) => status >= 400), line)
      }
      yield* unharmed(rig, 0)
    }))

  it.live(
    "that sends a thousand requests at once on one connection gets them one after another",
    () =>
      Effect.gen(function*() {
        const rig = yield* Rig.make()
        const raw = yield* send(rig, (head("content-length: 2") + "{}").repeat(1_000))
        yield* raw.until((text) => statusesIn(text).length === 1_000)
        assert.isTrue(statusesIn(raw.received()).every((status) => status === 400))
        assert.isAtMost(rig.inFlight.sizeUnsafe(), 1)
        yield* unharmed(rig, 0)
      }),
    20_000
  )

  it.live("that guesses keys is made to wait; its neighbours are served", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      const guess = (key: number) => Raw.head(`guess-${key}`, { "content-length": "2" }) + "{}"
      const first = yield* send(rig, guess(0))
      yield* first.until((text) => statusesIn(text).length === 1)
      // A neighbour behind the same address, known from before the limit was met.
      yield* unharmed(rig, 0)
      const raw = yield* send(rig, Array.from({ length: 1_000 }, (_, i) => guess(i + 1)).join(""))
      const text = yield* raw.until((text) => statusesIn(text).length === 1_000)
      const statuses = statusesIn(text)
      const wrong = statuses.filter((status) => status === 401).length
      // Twenty and one, and one more for each second that this test may have taken.
      assert.isAtLeast(wrong, 20)
      assert.isBelow(wrong, 30)
      assert.strictEqual(statuses.filter((status) => status === 429).length, 1_000 - wrong)
      assert.match(text, /HTTP\/1\.1 429 [^]*?retry-after: \d+\r\n/i)
      assert.include(text, "too_many_wrong_keys")
      yield* unharmed(rig, 1)
      const stranger = yield* Rig.post(rig, Rig.chat(), { key: Rig.urgent })
      assert.strictEqual(stranger.status, 429)
    }), 20_000)
})
