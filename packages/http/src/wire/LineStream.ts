/** Cuts a stream of JSON objects, one a line, into whole lines while it is relayed, and holds only an incomplete one. */
import { Oversize, type Visitor } from "./EventStream.ts"
import { Incomplete } from "./Incomplete.ts"
import type { EventKind } from "./ServerEvent.ts"
import { valueStart } from "./ServerEvent.ts"

/** Ollama's last line may carry the context of the whole conversation. */
export const largestLine = 8 * 1024 * 1024

const LF = 0x0a
const nothing = Buffer.alloc(0)
const error = Buffer.from("\"error\"")

export class LineStream {
  private readonly visit: Visitor
  private readonly limit: number
  private readonly incomplete = new Incomplete()
  private failure: Oversize | undefined = undefined

  constructor(visit: Visitor, limit: number = largestLine) {
    this.visit = visit
    this.limit = limit
  }

  /** What may be forwarded now: every line that is whole; empty if there is none. */
  push(chunk: Buffer): Buffer | Oversize {
    if (this.failure !== undefined) return this.failure
    const last = chunk.lastIndexOf(LF) + 1
    const passed = last === 0 ? nothing : this.pass(chunk.subarray(0, last))
    if (this.incomplete.length + chunk.length - last > this.limit) {
      this.incomplete.clear()
      // What has passed is told once: asked again, the failure has nothing left to forward.
      this.failure = new Oversize({ passed: nothing, limit: this.limit })
      return new Oversize({ passed, limit: this.limit })
    }
    if (last < chunk.length) this.incomplete.add(chunk, last)
    return passed
  }

  /** The upstream ended by itself: its last line may lack its end, and is visited like the others. */
  end(): Buffer {
    return this.failure !== undefined || this.incomplete.length === 0 ? nothing : this.pass(nothing)
  }

  private pass(lines: Buffer): Buffer {
    const bytes = this.incomplete.length === 0 ? lines : this.incomplete.take(lines, lines.length)
    for (let start = 0; start < bytes.length;) {
      const newline = bytes.indexOf(LF, start)
      const end = newline === -1 ? bytes.length : newline + 1
      this.visit({ kind: kindOf(bytes, start, end), bytes, start, end })
      start = end
    }
    return bytes
  }
}

// In its own line only: a search through all that follows, for each line, would be quadratic.
const kindOf = (bytes: Buffer, start: number, end: number): EventKind => {
  const line = bytes.subarray(start, end)
  const brace = line.indexOf(0x7b)
  if (brace === -1) return "comment"
  const quote = line.indexOf(0x22, brace)
  const named = quote !== -1 && line.subarray(quote, quote + error.length).equals(error)
  return named && valueStart(line, quote + error.length, line.length) < line.length ? "error" : "data"
}
