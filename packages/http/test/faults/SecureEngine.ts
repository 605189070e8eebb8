/** Servers with which no secure connection comes about, each for its own reason. */
import { Effect } from "effect"
import type { Scope } from "effect"
import { createServer } from "node:net"
import type { AddressInfo, Server, Socket } from "node:net"
import { createServer as createSecureServer } from "node:tls"
import type { Actor } from "./Actor.ts"

// Worthless: nobody trusts it, which is what it is for.
const certificate = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgg51sAfQ69zGuG31I
E9/UH/AGOezqCZeIvajzpgkxqjihRANCAASkeruSf7fQQp4y89PhBvbgaAXNcgKZ
ZahzZjhJbfW0Uuliep0/Q33h8BkFSIUy40voiouhBvpbu6UEnDLbWqWL
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBjzCCATWgAwIBAgIUdsiTJwh1mPvbfKpjArPWM8J2b6EwCgYIKoZIzj0EAwIw
HDEaMBgGA1UEAwwRZWxzZXdoZXJlLmludmFsaWQwIBcNMjYxMTIzMjM1OTA3WhgP
MjEyNjEwMzAyMzU5MDdaMBwxGjAYBgNVBAMMEWVsc2V3aGVyZS5pbnZhbGlkMFkw
EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEpHq7kn+30EKeMvPT4Qb24GgFzXICmWWo
c2Y4SW31tFLpYnqdP0N94fAZBUiFMuNL6IqLoQb6W7ulBJwy21qli6NTMFEwHQYD
VR0OBBYEFJWrwQqTtPcy0BATVMQa+hZwfg1VMB8GA1UdIwQYMBaAFJWrwQqTtPcy
0BATVMQa+hZwfg1VMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIg
fR1sNZo49AUj2Fs3Gh1qO0fPm04LfelfolcalAf2rIUCIQCKbqfJFnenqWvChgJZ
an0a6BO2DXk4q5O/4deEFLwlgg==
-----END CERTIFICATE-----`
}

export interface Unreachable extends Actor {
  /** Connections that are open now. */
  readonly sockets: () => number
  readonly accepted: () => number
}

const listen = (
  make: () => Server,
  more: Pick<Actor, "outFromTheStart"> = {}
): Effect.Effect<Unreachable, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<{ readonly actor: Unreachable; readonly stop: () => void }>((resume) => {
        const sockets = new Set<Socket>()
        let accepted = 0
        const server = make()
        server.on("connection", (socket) => {
          accepted++
          sockets.add(socket)
          socket.on("error", () => socket.destroy())
          socket.on("close", () => sockets.delete(socket))
        })
        server.listen(0, "127.0.0.1", () =>
          resume(Effect.succeed({
            actor: {
              ...more,
              url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
              endings: () => [],
              sockets: () => sockets.size,
              accepted: () => accepted
            },
            stop: () => {
              server.close()
              for (const socket of sockets) socket.destroy()
            }
          })))
      }),
      ({ stop }) => Effect.sync(stop)
    ),
    ({ actor }) => actor
  )

const out = { outFromTheStart: true } as const

/** Its certificate is its own word. */
export const untrusted = listen(() => createSecureServer(certificate, () => {}).on("tlsClientError", () => {}), out)

/** Speaks no TLS at all. */
export const plain = listen(() =>
  createServer((socket) => {
    socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"))
  }), out)

/** Accepts, and never says a word. */
export const silent = listen(() => createServer((socket) => void socket.resume()))
