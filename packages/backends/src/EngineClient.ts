/** Requests of our own to an engine: probes, readings and jobs, each aborted when its fiber is interrupted. */
import { BackendError } from "@aiguilleur/core/Backend"
import type { Server } from "@aiguilleur/core/Server"
import { Effect, Predicate, Redacted, Stream } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import type { HttpClientError, HttpClientResponse } from "effect/http"
import { origin, url } from "./Address.ts"

export interface EngineAnswer {
  readonly status: number
  readonly body: string
}

export interface EngineClient {
  readonly get: (server: Server, path: string) => Effect.Effect<EngineAnswer, BackendError>
  /** `target` is a path on the server's origin, as `rewrite` gives it. A form is sent as one, all else as JSON. */
  readonly post: (server: Server, target: string, body: unknown) => Effect.Effect<EngineAnswer, BackendError>
}

/** Sixteen data-parallel vLLMs write less than 1 MB of metrics: more than this is no page to us. */
const maxPage = 4 * 1024 * 1024

/** Of a job's answer: hours of transcript with the time of every word. */
const maxAnswer = 64 * 1024 * 1024

/** Node's code for what went wrong, found at whatever depth the client wrapped it. */
export const codeOf = (error: unknown): string | undefined => {
  let current = error
  for (let depth = 0; depth < 8 && Predicate.isReadonlyObject(current); depth++) {
    if (Predicate.isString(current["code"])) return current["code"]
    current = Predicate.hasProperty(current, "cause") ? current["cause"] : undefined
  }
  return undefined
}

const failure = (server: Server, reason: BackendError["reason"], message: string): BackendError =>
  new BackendError({ server: server.url, reason, message })

const fromClient = (server: Server) => (error: HttpClientError.HttpClientError): BackendError =>
  // The request, with its token, stays out of the message.
  failure(server, "unreachable", codeOf(error) ?? error.reason._tag)

const text = Effect.fnUntraced(
  function*(server: Server, response: HttpClientResponse.HttpClientResponse, most: number) {
    const pieces: Array<string> = []
    let length = 0
    yield* response.stream.pipe(
      // What fetch calls a 204: no body is an empty one.
      Stream.catchIf((error) => error.reason._tag === "EmptyBodyError", () => Stream.empty),
      Stream.mapError(fromClient(server)),
      Stream.decodeText(),
      Stream.runForEach((piece) => {
        length += piece.length
        if (length > most) return Effect.fail(failure(server, "malformed", `more than ${most} characters`))
        pieces.push(piece)
        return Effect.void
      })
    )
    return pieces.join("")
  }
)

const authorised = (server: Server, request: HttpClientRequest.HttpClientRequest) =>
  server.token === undefined ? request : HttpClientRequest.bearerToken(request, Redacted.value(server.token))

export const make: Effect.Effect<EngineClient, never, HttpClient.HttpClient> = Effect.map(
  HttpClient.HttpClient,
  (unscoped) => {
    // In a scope, whatever ends a request before its last byte (a bound, a timer, an interruption) closes it too.
    const client = HttpClient.withScope(unscoped)
    const send = Effect.fnUntraced(
      function*(server: Server, request: HttpClientRequest.HttpClientRequest, most: number) {
        const response = yield* Effect.mapError(client.execute(authorised(server, request)), fromClient(server))
        return { status: response.status, body: yield* text(server, response, most) }
      },
      Effect.scoped
    )
    return {
      get: (server, path) =>
        // A span for each of forty servers each second would drown every other.
        Effect.provideService(
          send(server, HttpClientRequest.get(url(server.url, path)), maxPage),
          HttpClient.TracerDisabledWhen,
          () => true
        ),
      post: (server, target, body) => {
        const request = HttpClientRequest.post(origin(server.url) + target)
        return send(
          server,
          body instanceof FormData
            ? HttpClientRequest.bodyFormData(request, body)
            : HttpClientRequest.bodyJsonUnsafe(request, body),
          maxAnswer
        )
      }
    }
  }
)
