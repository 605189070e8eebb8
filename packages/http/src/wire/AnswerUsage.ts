/** Reads usage from an answer in one piece of JSON as it passes, without keeping the answer. */
import { names, ObjectScanner, type Written } from "./ObjectScanner.ts"
import { valueStart } from "./ServerEvent.ts"
import { Usage, type UsageReport } from "./Usage.ts"

/** `duration` is a transcription's that is told at length, the counts are Ollama's own. */
const counts = ["prompt_eval_count", "eval_count"] as const
const usageNames = names(
  {
    usage: "usage",
    duration: "duration",
    prompt_eval_count: "prompt_eval_count",
    eval_count: "eval_count"
  } as const
)
const quotedName = Buffer.from("\"usage\"")

/** Beyond this, an answer (embeddings, as a rule) is no longer read: its usage is looked for at its end. */
const longestRead = 256 * 1024
const tailLength = 4096
const mostTries = 4

export class AnswerUsage {
  private readonly scanner = new ObjectScanner(usageNames)
  private readonly longest: number
  private length = 0
  private legible = true
  /** The last chunks, views only, that together hold the tail. */
  private recent: Array<Buffer> = []
  private recentLength = 0

  constructor(longest: number = longestRead) {
    this.longest = longest
  }

  /** The chunk must not change before the next few have come. */
  push(chunk: Buffer): void {
    if (!this.legible) return
    // Up to the limit, wherever chunks end.
    const room = this.longest - this.length
    this.length += chunk.length
    if (room > 0 && this.scanner.push(room < chunk.length ? chunk.subarray(0, room) : chunk) !== undefined) {
      this.legible = false
    }
    this.recent.push(chunk)
    this.recentLength += chunk.length
    while (this.recentLength - this.recent[0]!.length >= tailLength) this.recentLength -= this.recent.shift()!.length
  }

  /** Asked once the answer is complete; says nothing about an answer that is not a JSON object. */
  report(): UsageReport {
    const usage = new Usage()
    const member = this.scanner.member("usage")
    const written = member === undefined ? this.fromTail() : member.written
    if (written !== undefined) usage.take(read(written))
    // Most answers have none of these.
    if (this.scanner.ownedCount > (member === undefined ? 0 : 1)) {
      usage.takeCounts(Object.fromEntries(counts.map((count) => [count, this.top(count)])))
      usage.takeSeconds(this.top("duration"))
    }
    return usage.report()
  }

  private top(field: typeof counts[number] | "duration"): unknown {
    const written = this.scanner.member(field)?.written
    return written === undefined ? undefined : read(written)
  }

  private fromTail(): Written | undefined {
    if (!this.legible || this.length <= this.longest) return undefined
    const tail = Buffer.concat(this.recent).subarray(-tailLength)
    let at = tail.length
    for (let tries = 0; tries < mostTries && at > 0; tries++) {
      at = tail.lastIndexOf(quotedName, at - 1)
      if (at === -1) return undefined
      const found = objectAt(tail, valueStart(tail, at + quotedName.length, tail.length))
      if (found !== undefined) return found
    }
    return undefined
  }
}

const read = ({ bytes, end, start }: Written): unknown => JSON.parse(bytes.toString("utf8", start, end))

/** The object that starts here, if it is whole; what comes after it is not looked into. */
const objectAt = (bytes: Buffer, start: number): Written | undefined => {
  const scanner = new ObjectScanner(usageNames, undefined, start)
  scanner.push(bytes.subarray(start))
  return scanner.closedAt === -1 ? undefined : { bytes, start, end: scanner.closedAt + 1 }
}
