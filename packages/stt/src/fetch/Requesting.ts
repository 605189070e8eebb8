/** One HTTP request to a pinned destination, over TLS that is verified. */
import { Effect } from "effect"
import * as http from "node:http"
import * as https from "node:https"
import type { LookupFunction } from "node:net"
import * as net from "node:net"
import * as tls from "node:tls"
import type { Destination } from "./Destination.ts"
import { FetchError } from "./FetchError.ts"

export interface Options {
  readonly method: "GET" | "POST"
  readonly headers: Record<string, string>
  readonly body?: Buffer
  /** Beside the authorities that everybody trusts. */
  readonly ca?: string | undefined
  /** Milliseconds for the connection, and then for the head of the answer. */
  readonly connect: number
  readonly head: number
  /** Called when the connection stands, in the same breath in which the body is written. */
  readonly onSending?: () => void
}

const isTls = (code: string | undefined): boolean =>
  code !== undefined && /CERT|TLS|SSL|SIGNATURE|SELF_SIGNED|EPROTO/.test(code)

const explain = (cause: NodeJS.ErrnoException, sent: boolean): FetchError => {
  if (isTls(cause.code)) return new FetchError({ reason: "TlsFailed", detail: cause.code ?? "TLS" })
  return new FetchError({ reason: sent ? "Cut" : "Unreachable", detail: cause.code ?? "no answer" })
}

/** The answer's body is the caller's to read or to destroy. */
export const request = (
  { address, port, url }: Destination,
  options: Options
): Effect.Effect<http.IncomingMessage, FetchError> =>
  Effect.callback((resume) => {
    // Whatever the name says by now, this is the address that was checked.
    const pinned: LookupFunction = (_, asked, done) => {
      const family = net.isIPv6(address) ? 6 : 4
      if (asked.all === true) done(null, [{ address, family }])
      else done(null, address, family)
    }
    const secure = url.protocol === "https:"
    const client = secure ? https : http
    let sent = false
    const outgoing = client.request({
      method: options.method,
      host: url.hostname.replace(/^\[|\]$/g, ""),
      port,
      path: `${url.pathname}${url.search}`,
      headers: {
        host: url.host,
        "user-agent": "Aiguilleur",
        "accept-encoding": "identity",
        connection: "close",
        ...options.headers,
        ...(options.body === undefined ? {} : { "content-length": String(options.body.length) })
      },
      lookup: pinned,
      agent: false,
      ...(secure && net.isIP(url.hostname) === 0 ? { servername: url.hostname } : {}),
      ...(secure && options.ca !== undefined ? { ca: [...tls.rootCertificates, options.ca] } : {})
    })
    const fail = (error: FetchError) => {
      clearTimeout(timer)
      outgoing.destroy()
      resume(Effect.fail(error))
    }
    let timer = setTimeout(
      () => fail(new FetchError({ reason: "Unreachable", detail: "no connection" })),
      options.connect
    )
    const send = () => {
      clearTimeout(timer)
      timer = setTimeout(() => fail(new FetchError({ reason: "Timeout", detail: "no answer in time" })), options.head)
      sent = true
      options.onSending?.()
      outgoing.end(options.body)
    }
    outgoing.on("socket", (socket) => socket.once(secure ? "secureConnect" : "connect", send))
    outgoing.on("error", (cause) => fail(explain(cause, sent)))
    outgoing.on("response", (response) => {
      clearTimeout(timer)
      resume(Effect.succeed(response))
    })
    // Connecting begins with the head; the body, if there is one, follows when the connection stands.
    outgoing.flushHeaders()
    return Effect.sync(() => {
      clearTimeout(timer)
      outgoing.destroy()
    })
  })
