/** The listening socket of a simulated server: it can go away and come back on the same port. */
import { Effect } from "effect"
import type { RequestListener } from "node:http"
import { createServer } from "node:http"
import type { AddressInfo, Socket } from "node:net"

export interface Listening {
  readonly port: () => number
  /** Nothing to do when it listens already. */
  readonly start: Effect.Effect<void>
  /** Connections are refused from here on; the open ones live on until their answers end. */
  readonly stop: Effect.Effect<void>
  /** The same, and every socket is destroyed, as the system does for a process killed. */
  readonly kill: Effect.Effect<void>
}

export const make = (host: string, wanted: number, listener: RequestListener): Listening => {
  // uvicorn's five seconds: a proxy that keeps connections longer meets resets here as it would there
  const server = createServer({ keepAliveTimeout: 5000, requestTimeout: 0 }, listener)
  const sockets = new Set<Socket>()
  let port = wanted

  server.on("connection", (socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on("error", () => {})
    socket.on("close", () => sockets.delete(socket))
  })

  // a connection kept alive would let requests in after `stop`
  server.on("request", (request, response) => {
    response.on("finish", () => {
      if (!server.listening) request.socket.destroySoon()
    })
  })

  const stop = Effect.sync(() => {
    if (server.listening) server.close()
  })

  return {
    port: () => port,
    start: Effect.callback<void>((resume) => {
      if (server.listening) return resume(Effect.void)
      const failed = (error: Error) => resume(Effect.die(error))
      server.once("error", failed)
      server.listen(port, host, () => {
        server.off("error", failed)
        port = (server.address() as AddressInfo).port
        resume(Effect.void)
      })
    }),
    stop,
    kill: Effect.andThen(
      stop,
      Effect.sync(() => {
        for (const socket of sockets) socket.destroy()
      })
    )
  }
}
