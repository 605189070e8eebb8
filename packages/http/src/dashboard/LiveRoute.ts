/** `GET /dashboard/api/live`: server-sent events, written straight to the socket; one encoding for all who watch. */
import type { Farewell, Hello } from "@aiguilleur/web/dashboard/wire/Live"
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import type { HttpServerRequest } from "effect/http"
import type { ServerResponse } from "node:http"
import * as Access from "../Access.ts"
import { Guesses } from "../Guesses.ts"
import type { KeyEntry } from "../Keys.ts"
import { Keys } from "../Keys.ts"
import { overcrowded } from "../OpenAiError.ts"
import { refusal } from "../Reply.ts"
import { secretOf } from "../RequestHead.ts"
import { version } from "../Version.ts"
import { Live } from "./Live.ts"

/** Each costs a socket and a write four times a second. */
const mostViewers = 500

const head = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  // nginx would otherwise keep events until it has a buffer full of them.
  "x-accel-buffering": "no"
}

export interface Options {
  readonly bestPriority: number
  readonly ageing: number | undefined
  /** The transcription service is there. */
  readonly transcription: boolean
  /** The servers are the demo's. */
  readonly simulated: boolean
}

const helloOf = ({ name, rights }: KeyEntry, { ageing, bestPriority, simulated, transcription }: Options): Hello => ({
  hello: {
    version,
    key: name,
    rights: rights === "operator" ? "operator" : "viewer",
    bestPriority,
    transcription,
    ...(simulated ? { simulated } : {}),
    ...(ageing === undefined ? {} : { ageing })
  }
})

const revoked: Farewell = { farewell: "revoked" }

const responded = HttpServerResponse.empty()

export const layerOf = (options: Options) =>
  HttpRouter.use(Effect.fnUntraced(function*(router) {
    const live = yield* Live
    const keys = yield* Keys
    const may = yield* Access.make

    /** Whether the key that opened the page still opens it. */
    const stands = (secret: string): boolean => {
      const entry = keys.peekUnsafe(secret)
      return entry !== undefined && entry.rights !== "none"
    }

    const watch = (response: ServerResponse, secret: string, key: KeyEntry) =>
      Effect.callback<void>((resume) => {
        response.writeHead(200, head)
        response.write(`data: ${JSON.stringify(helloOf(key, options))}\n\n`)
        const leave = live.join({
          ready: () => !response.writableNeedDrain,
          send: (event) => response.write(event),
          check: () => {
            if (!stands(secret)) response.end(`data: ${JSON.stringify(revoked)}\n\n`)
          }
        })
        response.once("close", () => {
          leave()
          resume(Effect.void)
        })
        return Effect.sync(leave)
      })

    yield* router.add("GET", "/dashboard/api/live", (request: HttpServerRequest.HttpServerRequest) =>
      Effect.gen(function*() {
        const key = yield* may(request, "viewer")
        if (Access.isRefused(key)) {
          return refusal(key, request.url)
        }
        if (live.viewersUnsafe() >= mostViewers) {
          return refusal(overcrowded, request.url)
        }
        const response = NodeHttpServerRequest.toServerResponse(request) as ServerResponse
        yield* watch(response, secretOf(request.headers) as string, key)
        return responded
      }))
  })).pipe(Layer.provide(Guesses.layer))
