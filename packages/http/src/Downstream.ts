/** The client's side of one request: everything that reaches it leaves through here. */
import type { EventEmitter } from "node:events"
import type { ServerResponse } from "node:http"
import type { Dialect } from "./Dialect.ts"
import * as LingeringEnd from "./LingeringEnd.ts"
import type { OpenAiError } from "./OpenAiError.ts"
import { headersOf } from "./OpenAiError.ts"

/** Header names and values in turn, as Node writes them fastest. */
export type FlatHeaders = Array<string>

const eventStreamHead: FlatHeaders = ["content-type", "text/event-stream; charset=utf-8", "cache-control", "no-cache"]

/** Bytes. */
const small = 16 * 1024

export class Downstream {
  readonly requestId: string
  readonly dialect: Dialect
  private readonly response: ServerResponse
  private events = false
  /** The head is on its way, or in the queue of a connection that answers an earlier request first. */
  private headed = false
  /** What told last to wait. */
  private full: EventEmitter
  /** What the client was answered with. */
  status: number | undefined = undefined
  /** The code of the gateway's own refusal, or of what broke an answer off. */
  failedWith: string | undefined = undefined

  constructor(response: ServerResponse, requestId: string, dialect: Dialect) {
    this.response = this.full = response
    this.requestId = requestId
    this.dialect = dialect
  }

  /** Whether a head was sent: from then on no status can be given any more. */
  get started(): boolean {
    return this.response.headersSent
  }

  get ended(): boolean {
    return this.response.writableEnded || this.response.destroyed
  }

  head(status: number, headers: FlatHeaders, events: boolean): void {
    this.events = events
    headers.push("x-request-id", this.requestId)
    this.status = status
    this.response.writeHead(status, headers)
  }

  /** A stream that waits gets its head before it is known which server will answer it. */
  headEarly(): void {
    if (this.started || this.ended) return
    this.head(200, [...eventStreamHead], true)
    this.response.flushHeaders()
    this.headed = true
  }

  /** A line that clients of event streams pass over. */
  comment(text: string): void {
    if (!this.ended) this.response.write(`: ${text}\n\n`)
  }

  /**
   * False when the client is slower than what comes: `onDrain` tells when to go on. Node would write a chunk in four
   * pieces, gathered at the end of the tick, and a stream has one for every token.
   */
  write(chunk: Buffer): boolean {
    const { headed, response } = this
    const { chunkedEncoding, socket } = response
    this.headed = true
    if (headed && chunkedEncoding && socket !== null && chunk.length > 0 && chunk.length <= small) {
      this.full = socket
      return socket.write(`${chunk.length.toString(16)}\r\n${chunk.toString("latin1")}\r\n`, "latin1")
    }
    this.full = response
    return response.write(chunk)
  }

  onDrain(listener: () => void): void {
    this.full.once("drain", listener)
  }

  end(chunk?: Buffer): void {
    if (chunk === undefined || chunk.length === 0) this.response.end()
    // A string leaves in one write with the head, bytes in a second one, which costs more than their copy.
    else if (chunk.length <= small) this.response.end(chunk.toString("latin1"), "latin1")
    else this.response.end(chunk)
  }

  /** An engine's own error, as it was. */
  pass(status: number, headers: FlatHeaders, body: Buffer): void {
    if (this.ended || this.started) return
    this.head(status, [...headers, "content-length", String(body.length)], false)
    this.response.end(body)
  }

  /** Says what went wrong in the way that is still possible; a whole answer that was begun is visibly broken off. */
  fail(error: OpenAiError, body: string = this.dialect.body(error)): void {
    if (this.ended) return
    this.failedWith = error.code ?? error.type
    if (!this.started) {
      const headers = headersOf(error, Math.random())
      const flat: FlatHeaders = ["content-length", String(Buffer.byteLength(body))]
      for (const name in headers) flat.push(name, headers[name]!)
      this.head(error.status, flat, false)
      LingeringEnd.end(this.response, body)
    } else if (this.events) this.response.end(this.dialect.piece(body))
    else this.response.destroy()
  }
}
