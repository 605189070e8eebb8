/** Node's HTTP server with the limits of a public door; what it refuses by itself has OpenAI's error shape too. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Context, Effect, Layer } from "effect"
import type { HttpServer } from "effect/http"
import type { ServeError } from "effect/http/HttpServerError"
import type { Duplex } from "node:stream"
import { Door } from "./Door.ts"
import type { OpenAiError } from "./OpenAiError.ts"
import { bodyOf, bodyTooSlow, headersOf, headTooLarge, notHttp, starting } from "./OpenAiError.ts"

export interface ListenOptions {
  readonly host: string
  readonly port: number
  /** For the whole of a request's head. */
  readonly headersTimeout?: number
  /** For the whole of a request, body included: media of gigabytes come over slow lines. Who reads it bounds it closer. */
  readonly requestTimeout?: number
}

/** The server itself, for the orderly end and for who takes requests from it directly. */
export class Listener extends Context.Service<Listener, {
  readonly server: Door
  /** No connection is accepted any more, and each one that is open closes after its answer. */
  readonly refuse: Effect.Effect<void>
  /** Ends every connection that is still open. */
  readonly hangUp: Effect.Effect<void>
}>()("@aiguilleur/http/Listener") {}

const phrases: Record<number, string> = {
  400: "Bad Request",
  408: "Request Timeout",
  431: "Request Header Fields Too Large"
}

const refusalOf = (code: string | undefined): OpenAiError => {
  if (code === "HPE_HEADER_OVERFLOW") return headTooLarge
  return code === "ERR_HTTP_REQUEST_TIMEOUT" ? bodyTooSlow : notHttp
}

const refuseRaw = (error: Error & { readonly code?: string }, socket: Duplex): void => {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy()
    return
  }
  const refusal = refusalOf(error.code)
  const body = bodyOf(refusal)
  socket.end(
    `HTTP/1.1 ${refusal.status} ${phrases[refusal.status]}\r\n` +
      `content-type: application/json\r\ncontent-length: ${
        Buffer.byteLength(body)
      }\r\nconnection: close\r\n\r\n${body}`,
    () => socket.destroy()
  )
}

const make = ({ headersTimeout = 30_000, requestTimeout = 3_600_000 }: ListenOptions): Door => {
  const server = new Door({
    // Longer than the minute for which load balancers keep theirs: the side that sends must not be surprised.
    keepAliveTimeout: 75_000,
    headersTimeout,
    requestTimeout,
    connectionsCheckingInterval: Math.min(5_000, Math.max(10, Math.floor(headersTimeout / 4))),
    noDelay: true,
    // Nothing here is to be upgraded to: whoever offers (curl does, to HTTP/2) gets a plain answer.
    shouldUpgradeCallback: () => false
  })
  server.on("clientError", refuseRaw)
  // It listens before all that answers is in place: alone here, this one has to.
  server.on("request", (_, response) => {
    if (server.listenerCount("request") > 1) return
    response.writeHead(starting.status, { "content-type": "application/json", ...headersOf(starting, 0) })
    response.end(bodyOf(starting))
  })
  return server
}

export const layer = (options: ListenOptions): Layer.Layer<Listener | HttpServer.HttpServer, ServeError> =>
  Layer.unwrap(Effect.sync(() => {
    const server = make(options)
    return Layer.mergeAll(
      NodeHttpServer.layerServer(() => server, {
        host: options.host,
        port: options.port,
        gracefulShutdownTimeout: "1 second"
      }),
      Layer.succeed(Listener, {
        server,
        refuse: Effect.sync(() => server.refuse()),
        hangUp: Effect.sync(() => server.closeAllConnections())
      })
    )
  }))
