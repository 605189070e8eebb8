/** Cuts a stream of server-sent events into whole events while it is relayed, and holds only an incomplete one. */
import { Data } from "effect"
import { Incomplete } from "./Incomplete.ts"
import { eventKind, type ServerEvent } from "./ServerEvent.ts"

/** An event grew beyond `limit` bytes; `passed` are the whole events that came before it. */
export class Oversize extends Data.TaggedClass("Oversize")<{
  readonly passed: Buffer
  readonly limit: number
}> {}

/** Called once for each whole event, in order; false drops the event. */
export type Visitor = (event: ServerEvent) => boolean

export const largestEvent = 1024 * 1024

const LF = 0x0a
const CR = 0x0d
const nothing = Buffer.alloc(0)

export class EventStream {
  private readonly visit: Visitor
  private readonly limit: number
  private readonly incomplete = new Incomplete()
  /** The line that is being read is empty so far: one more end of line makes it the blank one. */
  private lineIsEmpty = true
  /** The last byte was a carriage return, so a line feed that follows belongs to it. */
  private afterReturn = false
  private lastKept = true
  private failure: Oversize | undefined = undefined
  private readonly ends: Array<number> = []

  constructor(visit: Visitor, limit: number = largestEvent) {
    this.visit = visit
    this.limit = limit
  }

  /** Bytes held back: what has come of an event that is not whole yet. */
  get held(): number {
    return this.incomplete.length
  }

  /**
   * What may be forwarded now: every event that is whole and was not dropped; empty if there is none. It is a view of
   * the chunk when nothing was held and nothing dropped.
   */
  push(chunk: Buffer): Buffer | Oversize {
    if (this.failure !== undefined) return this.failure
    // The line feed of a blank line that ended with the chunk before: it goes where its event went.
    const lead = this.afterReturn && this.incomplete.length === 0 && chunk[0] === LF ? 1 : 0
    this.findEnds(chunk)
    const last = this.ends.at(-1) ?? lead
    const passed = last === 0 ? nothing : this.pass(chunk, lead, last)
    if (passed instanceof Oversize) return passed
    if (this.incomplete.length + chunk.length - last > this.limit) return this.fail(passed)
    this.incomplete.add(chunk, last)
    return passed
  }

  /** The upstream ended by itself: its last event may lack its blank line, and is visited like the others. */
  end(): Buffer {
    if (this.failure !== undefined || this.incomplete.length === 0) return nothing
    const bytes = this.incomplete.take(nothing, 0)
    return this.keeps(bytes, 0, bytes.length) ? bytes : nothing
  }

  /** Collects where in the chunk events end, looking at each byte once. */
  private findEnds(chunk: Buffer): void {
    const ends = this.ends
    ends.length = 0
    const end = chunk.length
    if (end === 0) return
    let empty = this.lineIsEmpty
    let i = this.afterReturn && chunk[0] === LF ? 1 : 0
    this.afterReturn = false
    while (i < end) {
      const byte = chunk[i++]
      if (byte === LF || byte === CR) {
        if (byte === CR) {
          if (i === end) this.afterReturn = true
          else if (chunk[i] === LF) i++
        }
        if (empty) ends.push(i)
        empty = true
      } else empty = false
    }
    this.lineIsEmpty = empty
  }

  /** Visits the events that end in the chunk, and gives the bytes of those that are kept. */
  private pass(chunk: Buffer, lead: number, last: number): Buffer | Oversize {
    const before = this.incomplete.length
    const bytes = before === 0 ? chunk : this.incomplete.take(chunk, last)
    const kept: Array<Buffer> = []
    let start = before === 0 ? lead : 0
    // Where the run of kept events that goes on now has begun.
    let from = this.lastKept ? 0 : start
    for (const endInChunk of this.ends) {
      const end = before + endInChunk
      // Had the chunk ended after the carriage return, its line feed would not have been the event's.
      const feed = bytes[end - 1] === LF && bytes[end - 2] === CR ? 1 : 0
      if (end - feed - start > this.limit) return this.fail(gathered(kept, bytes.subarray(from, start)))
      this.lastKept = this.keeps(bytes, start, end)
      if (!this.lastKept) {
        if (start > from) kept.push(bytes.subarray(from, start))
        from = end
      }
      start = end
    }
    return gathered(kept, from === 0 && before + last === bytes.length ? bytes : bytes.subarray(from, before + last))
  }

  private keeps(bytes: Buffer, start: number, end: number): boolean {
    return this.visit({ kind: eventKind(bytes, start, end), bytes, start, end })
  }

  private fail(passed: Buffer): Oversize {
    this.incomplete.clear()
    const failure = new Oversize({ passed, limit: this.limit })
    // What has passed is told once: asked again, the failure has nothing left to forward.
    this.failure = new Oversize({ passed: nothing, limit: this.limit })
    return failure
  }
}

const gathered = (kept: Array<Buffer>, rest: Buffer): Buffer => {
  if (kept.length === 0) return rest
  if (rest.length > 0) kept.push(rest)
  return kept.length === 1 ? kept[0]! : Buffer.concat(kept)
}
