/**
 * The engine behind every peer, as a process of its own: raw sockets, fixed answers, so that it is never the bottleneck.
 */
import { createServer, type Socket } from "node:net"
import * as Wire from "./Wire.ts"

const head = (type: string, rest: string) => `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\n${rest}\r\n\r\n`

const answer = (type: string, body: Buffer | string): Buffer =>
  Buffer.concat([Buffer.from(head(type, `content-length: ${body.length}`)), Buffer.from(body)])

const completion = answer("application/json", Wire.completion)
const missing = Buffer.from("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
const streamHead = head("text/event-stream; charset=utf-8", "cache-control: no-cache\r\ntransfer-encoding: chunked")

// What a gateway asks an engine beside its work: health, models, gauges.
const pages = new Map([
  ["/health", answer("text/plain", "")],
  ["/version", answer("application/json", JSON.stringify({ version: "0.0.0-bench" }))],
  ["/metrics", answer("text/plain; version=0.0.4", "")],
  [
    "/v1/models",
    answer("application/json", JSON.stringify({ object: "list", data: [{ id: Wire.model, object: "model" }] }))
  ]
])

interface Stream {
  readonly socket: Socket
  readonly chunks: number
  readonly usage: boolean
  sent: number
  due: number
}

const streams = new Set<Stream>()
const interval = 1_000_000 / Wire.chunksPerSecond
const framed = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`

const advance = (stream: Stream, now: number) => {
  if (now < stream.due || stream.socket.writableNeedDrain) return
  // A late tick shifts the schedule instead of catching up: two events written at once would share the cost of one.
  stream.due = Math.max(stream.due + interval, now + interval / 2)
  stream.socket.write(framed(Wire.event(stream.sent++, Wire.monotonic())), "latin1")
  if (stream.sent < stream.chunks) return
  streams.delete(stream)
  stream.socket.write((stream.usage ? framed(Wire.usageEvent) : "") + framed(Wire.done) + "0\r\n\r\n", "latin1")
}

setInterval(() => {
  const now = Wire.monotonic()
  for (const stream of streams) advance(stream, now)
}, 1)

const respond = (socket: Socket, line: string, body: string) => {
  if (line.startsWith("GET")) return socket.write(pages.get(line.split(" ")[1] ?? "") ?? missing)
  if (!/"stream": ?true/.test(body)) return socket.write(completion)
  const chunks = Number(/"max_tokens": ?(\d+)/.exec(body)?.[1] ?? 100)
  const stream = {
    socket,
    chunks,
    usage: /"include_usage": ?true/.test(body),
    sent: 0,
    due: Wire.monotonic() + interval
  }
  socket.write(streamHead, "latin1")
  streams.add(stream)
  socket.once("close", () => streams.delete(stream))
}

// Heads are read with two patterns, not a parser: all that comes here is our own request, forwarded by a proxy.
const serve = (socket: Socket) => {
  let held = ""
  socket.setNoDelay(true)
  socket.on("error", () => socket.destroy())
  socket.on("data", (data) => {
    held += data.toString("latin1")
    for (;;) {
      const end = held.indexOf("\r\n\r\n")
      if (end < 0) return
      const head = held.slice(0, end)
      const chunked = /\r\ntransfer-encoding: *chunked/i.test(head)
      const length = chunked
        ? held.indexOf("0\r\n\r\n", end) + 5 - end - 4
        : /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
      const total = end + 4 + Number(length ?? 0)
      if (held.length < total || (chunked && total < end + 5)) return
      const body = held.slice(end + 4, total)
      held = held.slice(total)
      respond(socket, head, body)
    }
  })
}

createServer(serve).listen(Number(process.argv[2]), "127.0.0.1", 1024)
