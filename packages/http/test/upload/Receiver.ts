/** An engine that takes any upload, keeps its digest alone, and answers what a test says, when it says so. */
import { Effect } from "effect"
import type { Scope } from "effect"
import { createHash } from "node:crypto"
import { createServer } from "node:http"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

export interface Upload {
  readonly headers: IncomingMessage["headers"]
  readonly digest: string
  readonly bytes: number
}

export interface Receiver {
  readonly url: string
  readonly uploads: ReadonlyArray<Upload>
  /** Requests begun, whatever became of them. */
  readonly begun: () => number
}

export type Answers = (response: ServerResponse, upload: number) => void

export const transcript = JSON.stringify({ text: "heard" })

const usual: Answers = (response) => response.writeHead(200, { "content-type": "application/json" }).end(transcript)

export const start = (
  answers: Answers = usual,
  onRequest: (request: IncomingMessage, nth: number) => "ignore" | void = () => {}
): Effect.Effect<Receiver, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<Receiver & { readonly stop: () => void }>((resume) => {
      const uploads: Array<Upload> = []
      let begun = 0
      const server = createServer((request, response) => {
        if (request.method === "GET") return response.end()
        if (onRequest(request, ++begun) === "ignore") return
        const hash = createHash("sha256")
        let bytes = 0
        request.on("data", (chunk: Buffer) => {
          hash.update(chunk)
          bytes += chunk.length
        })
        request.on("error", () => {})
        request.on("end", () => {
          const nth = uploads.push({ headers: request.headers, digest: hash.digest("hex"), bytes })
          answers(response, nth)
        })
      })
      server.listen(0, "127.0.0.1", () =>
        resume(Effect.succeed({
          url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
          uploads,
          begun: () => begun,
          stop: () => {
            server.close()
            server.closeAllConnections()
          }
        })))
    }),
    ({ stop }) => Effect.sync(stop)
  )
