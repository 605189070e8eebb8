/** Servers of others: one that is called back, one that holds media. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type { Json } from "./Caller.ts"

export interface Web {
  readonly address: string
  readonly close: () => Promise<void>
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>

export const web = async (handler: Handler): Promise<Web & { readonly server: Server }> => {
  const server = createServer((request, response) => {
    Promise.resolve(handler(request, response)).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  return {
    server,
    address: `127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}

export interface Received {
  readonly body: Json
  readonly headers: IncomingMessage["headers"]
  readonly raw: string
  readonly path: string
}

export interface Hook extends Web {
  readonly received: Array<Received>
  /** Resolves with the one that is meant; asked on receipt, and again when it has been answered. */
  readonly until: (found: (received: Received) => boolean) => Promise<Received>
}

/** Answers what `answer` says for each call, 200 by default; it may take its time. */
export const hook = async (
  answer: (received: Received) => number | Promise<number> = () => 200
): Promise<Hook> => {
  const received: Array<Received> = []
  const waiting = new Set<() => void>()
  const { address, close } = await web(async (request, response) => {
    const chunks: Array<Buffer> = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const raw = Buffer.concat(chunks).toString()
    const one = { body: JSON.parse(raw), headers: request.headers, raw, path: request.url ?? "" }
    received.push(one)
    for (const look of waiting) look()
    response.writeHead(await answer(one)).end()
    for (const look of waiting) look()
  })
  const until = (found: (received: Received) => boolean) =>
    new Promise<Received>((resolve) => {
      const look = () => {
        const one = received.find(found)
        if (one === undefined) return
        waiting.delete(look)
        resolve(one)
      }
      waiting.add(look)
      look()
    })
  return { address, close, received, until }
}
