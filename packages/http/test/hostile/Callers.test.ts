import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { type ChildProcess, fork } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as Remains from "../faults/Remains.ts"
import * as Raw from "../Raw.ts"
import * as Rig from "../Rig.ts"

/** On a machine that is busy. */
const limit = 60_000

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

/** Fewer only where the system allows this process fewer files. */
const connections = Math.min(
  10_000,
  Number(/^Max open files +\d+ +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1] ?? Infinity) - 1_000
)

/** A process of its own: so many files may no single one have open, at both ends. */
const idle = (port: number) =>
  Effect.acquireRelease(
    Effect.callback<ChildProcess>((resume) => {
      const child = fork(fileURLToPath(new URL("idle.ts", import.meta.url)), [String(port)], { execArgv: [] })
      child.once("message", () => resume(Effect.succeed(child)))
    }),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )

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
    "that opens ten thousand connections and says nothing keeps nobody else from being served",
    () =>
      Effect.gen(function*() {
        const rig = yield* Rig.make({ listen: { headersTimeout: 120_000 } })
        const before = Remains.held(["TCPSocketWrap"])
        const caller = yield* idle(rig.port)
        // No more at once than the system keeps for a server that has not accepted them yet.
        for (let open = 0; open < connections; open += 400) {
          caller.send(400)
          while ((yield* rig.connections) < open + 400) yield* Remains.turn
        }
        yield* unharmed(rig, 0)
        caller.kill("SIGKILL")
        assert.deepStrictEqual(yield* Remains.noMoreThan(before, limit), before)
        yield* unharmed(rig, 1)
      }),
    limit
  )

  it.live("that opens connections and says nothing loses them", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ listen: { headersTimeout: 1_000 } })
      const silent = yield* many(rig, 200)
      yield* Effect.forEach(silent, ({ closed }) => closed, { concurrency: "unbounded" })
      yield* unharmed(rig, 0)
    }), limit)

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
    }), limit)

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
    }), limit)

  it.live("that nests tens of thousands of levels deep is told so", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      for (const deep of ["[", "{\"a\":", "[[{\"__proto__\":"]) {
        const response = yield* Rig.post(rig, `{"model":"test-model","messages":${deep.repeat(30_000)}`)
        assert.strictEqual(response.status, 400)
        assert.include(yield* Rig.text(response), "nests deeper")
      }
      yield* unharmed(rig, 0)
    }), limit)

  it.live(
    "that names members of every object pollutes nothing, and its body travels as it is",
    () =>
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
      }),
    limit
  )

  for (
    const field of [
      "model",
      "stream",
      "stream_options",
      "priority",
      "routing-mode",
      "max_tokens",
      "max_completion_tokens",
      "max_output_tokens",
      "n"
    ]
  ) {
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
      }), limit)
  }

  for (const [what, bytes] of ambiguous) {
    it.live(
      `that smuggles with ${what} gets one refusal at most, and nothing reaches an engine`,
      () =>
        Effect.gen(function*() {
          const rig = yield* Rig.make()
          const raw = yield* send(rig, bytes + "GET /smuggled HTTP/1.1\r\nhost: test\r\n\r\n")
          const statuses = statusesIn(yield* raw.closed)
          assert.deepStrictEqual(statuses, [400])
          yield* unharmed(rig, 0)
        }),
      limit
    )
  }

  it.live(
    "that puts the end of a line into a header's value adds no header, here or at an engine",
    () =>
      Effect.gen(function*() {
        const rig = yield* Rig.make()
        const reflected = ["x-request-id", "traceparent", "x-wait-events", "x-routing-mode", "accept"]
        for (const name of reflected) {
          for (const end of ["%0d%0a", "\\r\\n", "\u560d\u560a", "\u0085", "\u2028"]) {
            const raw = yield* send(rig, head(`${name}: a${end}x-injected: b`, length, "connection: close") + body)
            const [answer = ""] = (yield* raw.closed).split("\r\n\r\n")
            assert.match(answer, /^HTTP\/1\.1 (?:200|400) /, name)
            assert.notMatch(answer, /^x-injected/im)
          }
        }
        for (const { headers } of rig.server.requests) assert.notProperty(headers, "x-injected")
        yield* unharmed(rig, rig.server.received())
      }),
    limit
  )

  it.live(
    "that names a model oddly gets a 404 in plain JSON, of a size that does not depend on the name",
    () =>
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
      }),
    limit
  )

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
    }), limit)

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
    limit
  )

  it.live("that guesses keys is made to wait; its neighbours are served", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      const guess = (key: number) => Raw.head(`guess-${key}`, { "content-length": "2" }) + "{}"
      const first = yield* send(rig, guess(0))
      yield* first.until((text) => statusesIn(text).length === 1)
      // A neighbour behind the same address, known from before the limit was met.
      yield* unharmed(rig, 0)
      const count = 10_000
      const guesses = Array.from({ length: count - 1 }, (_, i) => guess(i + 1))
      const last = Raw.head("guess-last", { "content-length": "2", connection: "close" }) + "{}"
      const raw = yield* send(rig, guesses.join("") + last)
      const text = yield* raw.closed
      const statuses = statusesIn(text)
      const wrong = statuses.filter((status) => status === 401).length
      // Twenty and one, and one more each time that the wait is over: it doubles, up to five minutes.
      assert.isAtLeast(wrong, 20)
      assert.isBelow(wrong, 40)
      assert.strictEqual(statuses.filter((status) => status === 429).length, count - wrong)
      assert.match(text, /HTTP\/1\.1 429 [^]*?retry-after: \d+\r\n/i)
      assert.include(text, "too_many_wrong_keys")
      yield* unharmed(rig, 1)
      // In the same breath as another wrong key, for a wait may be over by now.
      const stranger = Raw.head(Rig.urgent, { "content-length": "2", connection: "close" }) + "{}"
      const both = yield* send(rig, guess(count) + stranger)
      assert.strictEqual(statusesIn(yield* both.closed).at(-1), 429)
    }), limit)
})
