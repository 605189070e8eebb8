/** Node's HTTP server with one who is asked first: what the gateway takes passes through no router and no middleware. */
import { type IncomingMessage, Server, type ServerResponse } from "node:http"

/** True where the request was taken: then nobody else hears of it. */
export type Taker = (request: IncomingMessage, response: ServerResponse) => boolean

export class Door extends Server {
  private taker: Taker | undefined
  private closing = false

  /** Until the returned function is called. */
  take(taker: Taker): () => void {
    this.taker = taker
    return () => {
      this.taker = undefined
    }
  }

  /** No connection is accepted any more, and each one that is open closes after its answer. */
  refuse(): void {
    this.closing = true
    this.close()
  }

  // Listeners cannot keep an event from one another, so this is done where they are called.
  override emit(event: string, ...details: Array<never>): boolean {
    if (event !== "request" && event !== "checkContinue") return super.emit(event, ...details)
    const [request, response] = details as unknown as [IncomingMessage, ServerResponse]
    if (this.closing) response.shouldKeepAlive = false
    return this.taker?.(request, response) === true || super.emit(event, ...details)
  }
}
