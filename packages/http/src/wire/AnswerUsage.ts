/** Reads usage from an answer in one piece of JSON as it passes, without keeping the answer. */
import { names, ObjectScanner, type Written } from "./ObjectScanner.ts"
import { Usage, type UsageReport } from "./Usage.ts"

/** `duration` is a transcription's that is told at length, the counts are Ollama's own. */
const counts = ["prompt_eval_count", "eval_count"] as const
type UsageName = "usage" | "duration" | typeof counts[number]
const usageNames = names<UsageName>({
  usage: "usage",
  duration: "duration",
  prompt_eval_count: "prompt_eval_count",
  eval_count: "eval_count"
})
const quotedName = Buffer.from("\"usage\"")
const openBrace = Buffer.from("{")
const backslash = 0x5c

/** Up to this, an answer is read when it is complete, and of most its end only. In bytes, as the others. */
const short = 8 * 1024
/** Beyond this, an answer (embeddings, as a rule) is no longer read: its usage is looked for at its end. */
const longestRead = 256 * 1024
const tailLength = 4096
const mostTries = 4

export class AnswerUsage {
  /** None as long as the answer may be a short one. */
  private scanner: ObjectScanner<UsageName> | undefined = undefined
  private readonly longest: number
  private length = 0
  private scanned = 0
  private legible = true
  /** Views only: of all chunks of a short answer, and of the last of a longer one, which together hold the tail. */
  private recent: Array<Buffer> = []
  private recentLength = 0

  constructor(longest: number = longestRead) {
    this.longest = longest
  }

  /** The chunk must not change before the next few have come, and not at all where an answer is a short one. */
  push(chunk: Buffer): void {
    if (!this.legible) return
    this.length += chunk.length
    this.recent.push(chunk)
    this.recentLength += chunk.length
    if (this.scanner !== undefined) this.scan(this.scanner, chunk)
    else if (this.length > Math.min(short, this.longest)) this.scanRecent()
    else return
    while (this.recentLength - this.recent[0]!.length >= tailLength) this.recentLength -= this.recent.shift()!.length
  }

  /** Asked once the answer is complete; says nothing about an answer that is not a JSON object. */
  report(): UsageReport {
    const last = this.scanner === undefined ? this.inRecent() : undefined
    if (last !== undefined) {
      const usage = new Usage()
      usage.take(read(last))
      const report = usage.report()
      // Nobody counts tokens in `usage` and something else beside it.
      if (report.promptTokens !== undefined) return report
    }
    return this.fromAll(this.scanner ?? this.scanRecent())
  }

  private fromAll(scanner: ObjectScanner<UsageName>): UsageReport {
    const usage = new Usage()
    const member = scanner.member("usage")
    const written = member === undefined ? this.fromTail() : member.written
    if (written !== undefined) usage.take(read(written))
    // Most answers have none of these.
    if (scanner.ownedCount > (member === undefined ? 0 : 1)) {
      const top = (field: UsageName) => {
        const written = scanner.member(field)?.written
        return written === undefined ? undefined : read(written)
      }
      usage.takeCounts(Object.fromEntries(counts.map((count) => [count, top(count)])))
      usage.takeSeconds(top("duration"))
    }
    return usage.report()
  }

  private scanRecent(): ObjectScanner<UsageName> {
    const scanner = this.scanner = new ObjectScanner(usageNames)
    for (const chunk of this.recent) this.scan(scanner, chunk)
    return scanner
  }

  /** Up to the limit, wherever chunks end. */
  private scan(scanner: ObjectScanner<UsageName>, chunk: Buffer): void {
    const room = this.longest - this.scanned
    this.scanned += chunk.length
    if (room > 0 && scanner.push(room < chunk.length ? chunk.subarray(0, room) : chunk) !== undefined) {
      this.legible = false
    }
  }

  private fromTail(): Written | undefined {
    return this.legible && this.length > this.longest ? this.inRecent() : undefined
  }

  private inRecent(): Written | undefined {
    const bytes = this.recent.length === 1 ? this.recent[0]! : Buffer.concat(this.recent)
    return atTheEnd(bytes.length > tailLength ? bytes.subarray(-tailLength) : bytes)
  }
}

const read = ({ bytes, end, start }: Written): unknown => JSON.parse(bytes.toString("utf8", start, end))

/**
 * The `usage` on the first level of an answer that ends with these bytes, without reading what comes before it. In JSON,
 * a quote without a backslash before it begins a string or ends one, and no string ends where a letter follows; and
 * where the rest of the answer closes one brace more than it opens, which a brace in front of it makes up for, the name
 * stands on the first level.
 */
const atTheEnd = (bytes: Buffer): Written | undefined => {
  let at = bytes.length
  for (let tries = 0; tries < mostTries && at > 0; tries++) {
    at = bytes.lastIndexOf(quotedName, at - 1)
    if (at < 1) return undefined
    if (bytes[at - 1] === backslash) continue
    const scanner = new ObjectScanner(usageNames)
    scanner.push(openBrace)
    scanner.push(bytes.subarray(at))
    if (!("_tag" in scanner.end())) return scanner.member("usage")?.written
  }
  return undefined
}
