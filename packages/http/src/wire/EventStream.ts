/** Cuts a stream of server-sent events into whole events while it is relayed, and holds only an incomplete one. */
import { Data } from "effect"
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
/** A larger store is given back once its event is whole. */
const smallStore = 16 * 1024

export class EventStream {
  private readonly visit: Visitor
  private readonly limit: number
  private store = nothing
  private storeLength = 0
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
    return this.storeLength
  }

  /**
   * What may be forwarded now: every event that is whole and was not dropped; empty if there is none. It is a view of
   * the chunk when nothing was held and nothing dropped.
   */
  push(chunk: Buffer): Buffer | Oversize {
    if (this.failure !== undefined) return this.failure
    // The line feed of a blank line that ended with the chunk before: it goes where its event went.
    const lead = this.afterReturn && this.storeLength === 0 && chunk[0] === LF ? 1 : 0
    this.findEnds(chunk)
    const last = this.ends.at(-1) ?? lead
    const passed = last === 0 ? nothing : this.pass(chunk, lead, last)
    if (passed instanceof Oversize) return passed
    if (this.storeLength + chunk.length - last > this.limit) return this.fail(passed)
    this.hold(chunk, last)
    return passed
  }

  /** The upstream ended by itself: its last event may lack its blank line, and is visited like the others. */
  end(): Buffer {
    if (this.failure !== undefined || this.storeLength === 0) return nothing
    const bytes = this.store.subarray(0, this.storeLength)
    this.storeLength = 0
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
    const before = this.storeLength
    const bytes = before === 0 ? chunk : this.complete(chunk, last)
    const kept: Array<Buffer> = []
    let start = before === 0 ? lead : 0
    // Where the run of kept events that goes on now has begun.
    let from = this.lastKept ? 0 : start
    for (const endInChunk of this.ends) {
      const end = before + endInChunk
      if (end - start > this.limit) return this.fail(gathered(kept, bytes.subarray(from, start)))
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

  /** What was held and what the chunk adds to it, in a buffer of its own. */
  private complete(chunk: Buffer, last: number): Buffer {
    const bytes = Buffer.allocUnsafe(this.storeLength + last)
    this.store.copy(bytes, 0, 0, this.storeLength)
    chunk.copy(bytes, this.storeLength, 0, last)
    this.storeLength = 0
    if (this.store.length > smallStore) this.store = nothing
    return bytes
  }

  // Copied, because a view would keep the whole chunk alive; the store doubles, so that an event which comes byte
  // by byte is still copied a constant number of times.
  private hold(chunk: Buffer, from: number): void {
    const length = this.storeLength + chunk.length - from
    if (length > this.store.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(512, length, 2 * this.store.length))
      this.store.copy(larger, 0, 0, this.storeLength)
      this.store = larger
    }
    chunk.copy(this.store, this.storeLength, from)
    this.storeLength = length
  }

  private fail(passed: Buffer): Oversize {
    this.store = nothing
    this.storeLength = 0
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
