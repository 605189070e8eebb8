/** A stream as it lies on the wire: each event a chunk of its own, in the order of the requests, whatever the client speaks. */
import * as Profile from "@aiguilleur/lab/engine/Profile"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { once } from "node:events"
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { setImmediate } from "node:timers/promises"
import { dialectOf } from "../src/Dialect.ts"
import { Downstream } from "../src/Downstream.ts"
import * as Raw from "./Raw.ts"
import * as Rig from "./Rig.ts"

/** Slow enough for each token to come by itself. */
const profile = { ...Profile.test, t0: 20 }

const request = (version: string): string => {
  const body = JSON.stringify(Rig.chat({ stream: true, max_tokens: 8 }))
  return Raw.head(Rig.secret, { "content-length": String(Buffer.byteLength(body)) }).replace("HTTP/1.1", version) + body
}

interface Answer {
  readonly head: string
  readonly chunks: ReadonlyArray<string>
}

/** Fails where a length is not that of its chunk. */
const answersIn = (wire: Buffer): ReadonlyArray<Answer> => {
  const answers: Array<Answer> = []
  let at = 0
  const line = () => {
    const end = wire.indexOf("\r\n", at)
    const text = wire.toString("latin1", at, end)
    at = end + 2
    return text
  }
  while (at < wire.length) {
    const end = wire.indexOf("\r\n\r\n", at)
    const head = wire.toString("latin1", at, end)
    at = end + 4
    const chunks: Array<string> = []
    for (;;) {
      const size = line()
      assert.match(size, /^[0-9a-f]+$/)
      const length = Number.parseInt(size, 16)
      if (length > 0) chunks.push(wire.toString("utf8", at, at + length))
      at += length
      assert.strictEqual(line(), "")
      if (length === 0) break
    }
    answers.push({ head, chunks })
  }
  return answers
}

const event = `data: {"choices":[{"index":0,"delta":{"content":"${"x".repeat(8_000)}"}}]}\n\n`
const done = "data: [DONE]\n\n"
/** More than all the buffers between an engine and its reader hold. */
const events = 8 * 1024

/** Says it all as fast as it is read; `full` once it has had to wait. */
const talkative = Effect.acquireRelease(
  Effect.promise(async () => {
    let wait = () => {}
    const full = new Promise<void>((resolve) => wait = resolve)
    const talk = async (response: ServerResponse) => {
      response.writeHead(200, { "content-type": "text/event-stream" })
      for (let said = 0; said < events; said++) {
        // One by one, as tokens are.
        if (response.write(event)) await setImmediate()
        else {
          wait()
          await once(response, "drain")
        }
      }
      response.end(done)
    }
    const server = createServer((request, response) => {
      if (request.method === "POST") request.resume().on("end", () => void talk(response))
      else response.writeHead(200).end()
    }).listen(0, "127.0.0.1")
    await once(server, "listening")
    return { full, server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
  }),
  ({ server }) =>
    Effect.sync(() => {
      server.close()
      server.closeAllConnections()
    })
)

describe("A stream on the wire", () => {
  it("is written an event at a time, each in one piece", async () => {
    const pieces: Array<unknown> = []
    const server = createServer((_, response) => {
      const downstream = new Downstream(response, "id", dialectOf("/v1/chat/completions"))
      downstream.head(200, [], true)
      downstream.write(Buffer.from("data: 1\n\n"))
      const { socket } = response
      const write = socket!.write.bind(socket!)
      socket!.write = (piece: Uint8Array | string, ...more: Array<never>) => {
        pieces.push(piece)
        return write(piece, ...more)
      }
      downstream.write(Buffer.from("data: 2\n\n"))
      downstream.write(Buffer.from("data: é\n\n"))
      downstream.end()
    }).listen(0, "127.0.0.1")
    await once(server, "listening")
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    assert.strictEqual(await response.text(), "data: 1\n\ndata: 2\n\ndata: é\n\n")
    assert.deepStrictEqual(pieces.slice(0, 2), ["9\r\ndata: 2\n\n\r\n", "a\r\ndata: Ã©\n\n\r\n"])
    server.close()
    server.closeAllConnections()
  })

  it.live("comes in chunks of whole events, one answer after the other where requests come at once", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [{ profile }] })
      const raw = yield* Raw.open(rig.port)
      raw.write(request("HTTP/1.1") + request("HTTP/1.1"))
      const ends = (text: string) => text.split("0\r\n\r\n").length > 2
      // While it is not its turn, an answer is gathered.
      const answers = answersIn(Buffer.from(yield* raw.until(ends)))
      assert.lengthOf(answers, 2)
      assert.isAbove(answers[0]!.chunks.length, 3)
      for (const { chunks, head } of answers) {
        assert.match(head, /^HTTP\/1\.1 200 /)
        assert.match(head, /transfer-encoding: chunked/i)
        for (const chunk of chunks) assert.match(chunk, /^data: [^]*\n\n$/)
        assert.match(chunks.at(-1)!, /data: \[DONE\]\n\n$/)
        const said = chunks.join("").split("\n\n").filter((event) => event.startsWith("data: {"))
        const text = said.map((event) => JSON.parse(event.slice(6)).choices[0]?.delta.content ?? "").join("")
        assert.include(text, "—")
      }
    }))

  it.live("comes bare to a client that does not know chunks", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [{ profile }] })
      const raw = yield* Raw.open(rig.port)
      raw.write(request("HTTP/1.0"))
      const [head = "", body = ""] = (yield* raw.closed).split("\r\n\r\n")
      assert.notMatch(head, /transfer-encoding/i)
      assert.match(body, /^data: [^]*data: \[DONE\]\n\n$/)
      assert.notInclude(body, "\r\n")
    }))

  it.live("waits for a client that does not read, and goes on where it was", () =>
    Effect.gen(function*() {
      const engine = yield* talkative
      const rig = yield* Rig.make({ servers: [], actors: [engine.url] })
      const response = yield* Rig.post(rig, Rig.chat({ stream: true }))
      yield* Effect.promise(() => engine.full)
      const text = yield* Rig.text(response)
      assert.lengthOf(text, events * event.length + done.length)
      assert.isTrue(text.endsWith(done))
    }))
})
