/** An engine's HTTP face reduced to what a test says it answers; it remembers who asked and who hung up. */
import { Effect, Queue } from "effect"
import type { Scope } from "effect"
import type { IncomingMessage } from "node:http"
import { createServer } from "node:http"

export type Scripted =
  | { readonly status: number; readonly body: string; readonly headers?: Readonly<Record<string, string>> }
  /** `hang` never answers, `cut` promises a body and ends the connection inside it, `endless` never stops writing. */
  | "hang"
  | "cut"
  | "endless"

export interface Asked {
  readonly method: string
  readonly path: string
  readonly authorization: string | undefined
  readonly body: string
}

export interface StubEngine {
  readonly url: string
  /** What a path answers from now on; unknown paths answer 404. */
  readonly answers: (path: string, scripted: Scripted) => void
  /** The next request, in the order of arrival. */
  readonly asked: Effect.Effect<Asked>
  /** The path of the next request whose connection closed before its answer was complete. */
  readonly abandoned: Effect.Effect<string>
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let body = ""
  for await (const chunk of request) body += String(chunk)
  return body
}

export const start: Effect.Effect<StubEngine, never, Scope.Scope> = Effect.gen(function*() {
  const script = new Map<string, Scripted>()
  const asked = yield* Queue.unbounded<Asked>()
  const abandoned = yield* Queue.unbounded<string>()
  const http = createServer((request, response) => {
    const path = request.url ?? ""
    response.on("close", () => {
      if (!response.writableEnded) Queue.offerUnsafe(abandoned, path)
    })
    void bodyOf(request).then((body) => {
      const { authorization } = request.headers
      Queue.offerUnsafe(asked, { method: request.method ?? "", path, authorization, body })
      const scripted = script.get(path) ?? { status: 404, body: "{\"detail\":\"Not Found\"}" }
      if (scripted === "hang") return
      if (scripted === "endless") {
        const pour = () => {
          while (!response.destroyed && response.write("x 1\n".repeat(100_000))) continue
        }
        response.on("drain", pour)
        return pour()
      }
      if (scripted === "cut") {
        response.writeHead(200, { "content-length": "100" })
        return response.write("half", () => response.destroy())
      }
      response.writeHead(scripted.status, { "content-type": "application/json", ...scripted.headers })
      response.end(scripted.body)
    }, () => undefined)
  })
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => {
      http.listen(0, "127.0.0.1", () => resume(Effect.void))
    }),
    () =>
      Effect.callback<void>((resume) => {
        http.close(() => resume(Effect.void))
        http.closeAllConnections()
      })
  )
  const address = http.address()
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    answers: (path, scripted) => script.set(path, scripted),
    asked: Queue.take(asked),
    abandoned: Queue.take(abandoned)
  }
})
