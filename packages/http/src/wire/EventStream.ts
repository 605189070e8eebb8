/** Cuts a stream of server-sent events into whole events while it is relayed, and holds only an incomplete one. */
import { Data } from "effect"
import { type ServerEvent } from "./ServerEvent.ts"

/** An event grew beyond `limit` bytes; `passed` are the whole events that came before it. */
export class Oversize extends Data.TaggedClass("Oversize")<{
  readonly passed: Buffer
  readonly limit: number
}> {}

/** Called once for each whole event, in order; false drops the event. */
export type Visitor = (event: ServerEvent) => boolean

export const largestEvent = 1024 * 1024

export class EventStream {
  readonly visit: Visitor
  readonly limit: number

  constructor(visit: Visitor, limit: number = largestEvent) {
    this.visit = visit
    this.limit = limit
  }

  /** Bytes held back: what has come of an event that is not whole yet. */
  get held(): number {
    return 0
  }

  /** Whether `[DONE]` has passed. */
  get done(): boolean {
    return false
  }

  /** What may be forwarded now: every event that is whole and was not dropped. Empty if none is. */
  push(_chunk: Buffer): Buffer | Oversize {
    return Buffer.alloc(0)
  }

  /** The upstream ended by itself: its last event may lack its blank line, and is visited like the others. */
  end(): Buffer {
    return Buffer.alloc(0)
  }
}
