/** A client that writes bytes of its own choosing, for what no HTTP library would send. */
import { Effect } from "effect"
import type { Scope } from "effect"
import { connect } from "node:net"

export interface Raw {
  readonly write: (text: string) => void
  readonly writeBytes: (bytes: Uint8Array) => void
  /** Everything received so far. */
  readonly received: () => string
  readonly until: (predicate: (received: string) => boolean) => Effect.Effect<string>
  readonly closed: Effect.Effect<string>
  readonly destroy: () => void
  /** It was this side that ended it. */
  readonly left: () => boolean
  readonly pause: () => void
  readonly resume: () => void
}

export const open = (port: number): Effect.Effect<Raw, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<Raw & { readonly end: () => void }>((resume) => {
      const socket = connect(port, "127.0.0.1")
      let received = ""
      let closed = false
      let left = false
      const watchers = new Set<() => void>()
      const changed = () => {
        for (const watcher of watchers) watcher()
      }
      socket.setEncoding("utf8")
      socket.on("data", (text: string) => {
        received += text
        changed()
      })
      socket.on("error", () => {})
      socket.on("close", () => {
        closed = true
        changed()
      })
      const until = (predicate: () => boolean) =>
        Effect.callback<string>((resume) => {
          const watcher = () => {
            if (!predicate()) return
            watchers.delete(watcher)
            resume(Effect.succeed(received))
          }
          watchers.add(watcher)
          watcher()
          return Effect.sync(() => watchers.delete(watcher))
        })
      socket.on("connect", () =>
        resume(Effect.succeed({
          write: (text) => socket.write(text),
          writeBytes: (bytes) => socket.write(bytes),
          received: () => received,
          until: (predicate) => until(() => predicate(received)),
          closed: until(() => closed),
          destroy: () => {
            left = true
            socket.destroy()
          },
          left: () => left,
          pause: () => socket.pause(),
          resume: () => socket.resume(),
          end: () => socket.destroy()
        })))
    }),
    ({ end }) => Effect.sync(end)
  )

/** The head of a request with the test's key. */
export const head = (key: string, headers: Readonly<Record<string, string>>, path = "/v1/chat/completions"): string =>
  [
    `POST ${path} HTTP/1.1`,
    "host: test",
    `authorization: Bearer ${key}`,
    "content-type: application/json",
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    "",
    ""
  ].join("\r\n")
