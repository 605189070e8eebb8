/** An engine that answers inference with bytes of a test's choosing: what no sound HTTP library would send. */
import * as Speech from "@aiguilleur/lab/face/Speech"
import { Effect } from "effect"
import type { Scope } from "effect"
import { createServer } from "node:net"
import type { AddressInfo, Socket } from "node:net"
import type { Actor } from "./Actor.ts"

/** Called with each inference request that has come whole; says whether that was the whole answer. */
export type Script = (socket: Socket, request: string) => "answered" | void

export interface Scripted extends Actor {
  readonly sockets: () => number
  /** That of the latest inference request. */
  readonly last: () => Socket
}

export const head = (status: number, headers: Readonly<Record<string, string>> = {}): string =>
  [`HTTP/1.1 ${status} As Scripted`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), "", ""]
    .join("\r\n")

export const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
export const lastChunk = "0\r\n\r\n"

export const eventsHead = head(200, { "content-type": "text/event-stream", "transfer-encoding": "chunked" })

export const event = (json: unknown): string => `data: ${JSON.stringify(json)}\n\n`
export const token = (n: number): string =>
  event({ object: "chat.completion.chunk", choices: [{ index: 0, delta: { content: Speech.token(n) } }] })
export const usage = { prompt_tokens: 4, completion_tokens: 5, total_tokens: 9 }
export const usageEvent = (figures: unknown = usage): string => event({ choices: [], usage: figures })
export const done = "data: [DONE]\n\n"

export const tokens = (count: number): string => Array.from({ length: count }, (_, i) => token(i + 1)).join("")

export const answerBody = (figures: unknown = usage): string =>
  JSON.stringify({ choices: [{ index: 0, message: { role: "assistant", content: Speech.say(5) } }], usage: figures })

export const answer = (headers: Readonly<Record<string, string>> = {}, body = answerBody()): string =>
  head(200, { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)), ...headers }) +
  body

export const stream = (text: string): string => eventsHead + chunk(text) + lastChunk

const health = head(200, { "content-length": "0" })
const missing = head(404, { "content-length": "0" })

export const start = (script: Script): Effect.Effect<Scripted, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<{ readonly actor: Scripted; readonly stop: () => void }>((resume) => {
        const sockets = new Set<Socket>()
        const endings: Array<string> = []
        let last: Socket | undefined
        const respond = (socket: Socket, line: string) => {
          if (line.startsWith("GET")) return socket.write(line.startsWith("GET /health") ? health : missing)
          const at = endings.push("open") - 1
          last = socket
          socket.once("close", () => {
            if (endings[at] === "open") endings[at] = "closed"
          })
          endings[at] = script(socket, line) ?? "open"
        }
        const server = createServer((socket) => {
          sockets.add(socket)
          let held = ""
          socket.on("close", () => sockets.delete(socket))
          socket.on("error", () => socket.destroy())
          socket.on("data", (data) => {
            held += data.toString("latin1")
            const end = held.indexOf("\r\n\r\n")
            const length = Number(/\r\ncontent-length: *(\d+)/i.exec(held)?.[1] ?? 0)
            if (end === -1 || held.length < end + 4 + length) return
            const line = held
            held = ""
            respond(socket, line)
          })
        })
        server.listen(0, "127.0.0.1", () =>
          resume(Effect.succeed({
            actor: {
              url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
              endings: () => endings,
              sockets: () => sockets.size,
              last: () => last!
            },
            stop: () => {
              server.close()
              for (const socket of sockets) socket.destroy()
            }
          })))
      }),
      ({ stop }) => Effect.sync(stop)
    ),
    ({ actor }) => actor
  )
