/**
 * The least that a Node proxy can do honestly: read the body, dispatch it with undici, write what comes back as it comes.
 */
import { createServer, type ServerResponse } from "node:http"
import { type Dispatcher, Pool } from "undici"

const [port, upstream] = process.argv.slice(2).map(Number)

const pool = new Pool(`http://127.0.0.1:${upstream}`, {
  pipelining: 1,
  headersTimeout: 0,
  bodyTimeout: 0,
  keepAliveTimeout: 3_000
})

const hopByHop = new Set([
  "connection",
  "keep-alive",
  "transfer-encoding",
  "host",
  "content-length",
  "expect",
  "upgrade"
])

const forwardable = (headers: NodeJS.Dict<string | Array<string>>) => {
  const kept: Record<string, string | Array<string>> = {}
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined && !hopByHop.has(name)) kept[name] = value
  }
  return kept
}

const relay = (response: ServerResponse): Dispatcher.DispatchHandler => ({
  onRequestStart(controller) {
    response.once("close", () => {
      if (!response.writableEnded) controller.abort(new Error("the client left"))
    })
  },
  onResponseStart(_, status, headers) {
    const head = forwardable(headers)
    if (headers["content-length"] !== undefined) head["content-length"] = headers["content-length"]
    response.writeHead(status, head)
  },
  onResponseData(controller, chunk) {
    if (response.write(chunk)) return
    controller.pause()
    response.once("drain", () => controller.resume())
  },
  onResponseEnd() {
    response.end()
  },
  onResponseError() {
    if (response.headersSent) return response.destroy()
    response.writeHead(502).end()
  }
})

createServer((request, response) => {
  const parts: Array<Buffer> = []
  request.on("data", (part: Buffer) => parts.push(part))
  request.on("end", () => {
    pool.dispatch({
      method: request.method as Dispatcher.HttpMethod,
      path: request.url ?? "/",
      headers: forwardable(request.headers),
      body: parts.length === 1 ? parts[0]! : Buffer.concat(parts)
    }, relay(response))
  })
}).listen(port, "127.0.0.1", 1024)

// An orderly exit writes the profile, when one is asked for.
process.once("SIGTERM", () => process.exit())
