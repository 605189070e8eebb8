/** What no other route answers: said in OpenAI's shape, with what would be right where that is known. */
import { endpointOf } from "@aiguilleur/backends/Endpoint"
import * as Transcription from "@aiguilleur/stt/api/Routes"
import { Effect } from "effect"
import { HttpRouter, HttpServerRequest } from "effect/http"
import type { HttpServerResponse } from "effect/http"
import { HttpServerError } from "effect/http/HttpServerError"
import { unknownPath, wrongMethod } from "./OpenAiError.ts"
import { refusal } from "./Reply.ts"

const withoutQuery = (url: string): string => url.split("?", 1)[0]!

const readOnly =
  /^\/(?:v1\/(?:models|queue)(?:\/.*)?|health\/(?:liveness|readiness)|api\/(?:tags|version)|metrics|(?:dashboard|playground|assets)(?:\/.*)?)$/

const answer = ({ method, url }: HttpServerRequest.HttpServerRequest) => {
  const path = withoutQuery(url)
  if (readOnly.test(path)) return Effect.succeed(refusal(wrongMethod(method, path, "GET"), path))
  const misplaced = method !== "POST" && (path.startsWith("/v1/") || endpointOf(path) !== undefined)
  const error = misplaced ? wrongMethod(method, path, "POST") : unknownPath(method, path)
  return Effect.succeed(refusal(error, path))
}

export const layer = HttpRouter.use((router) => router.add("*", "/*", answer))

const unrouted = (request: HttpServerRequest.HttpServerRequest) =>
  request.url.startsWith("/api/") ? Effect.succeed(Transcription.unknownPath) : answer(request)

/** Paths that the router cannot even read, such as `/%zz`, find no route at all. */
export const catchUnrouted = <E, R>(
  routes: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
): Effect.Effect<HttpServerResponse.HttpServerResponse, E, R | HttpServerRequest.HttpServerRequest> =>
  Effect.catchIf(routes, isRouteNotFound, () => Effect.flatMap(HttpServerRequest.HttpServerRequest, unrouted))

const isRouteNotFound = (error: unknown): boolean =>
  error instanceof HttpServerError && error.reason._tag === "RouteNotFound"
