/** Reads usage from the events of a stream as they pass, and counts them in case it is cut. */
import { hasValue, textOfSomeLength } from "./Member.ts"
import { dataOf, type ServerEvent } from "./ServerEvent.ts"
import { fieldsOf, Usage, type UsageReport } from "./Usage.ts"

/** `usage-only` is the extra event that `include_usage` brings: it has no choices and may be dropped. */
export type Observed = "usage-only" | "content" | "other"

const usageName = Buffer.from("\"usage\"")

/** Where engines put what they write, the most frequent first: chat, text completions, responses, then the rest. */
const contentNames = [
  "content",
  "text",
  "delta",
  "reasoning_content",
  "reasoning",
  "arguments",
  "partial_json",
  "thinking"
].map((name) => Buffer.from(`"${name}"`))

export class StreamUsage {
  private readonly usage = new Usage()
  private contents = 0

  /** Looks at one event, of any kind. It is parsed only if it holds usage that is not null. */
  observe(event: ServerEvent): Observed {
    if (event.kind !== "data") return "other"
    const { bytes, end, start } = event
    const own = start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end)
    if (hasValue(own, usageName, notNull) && this.read(event)) return "usage-only"
    if (!contentNames.some((name) => hasValue(own, name, textOfSomeLength))) return "other"
    this.contents++
    return "content"
  }

  /** Data events with content so far: an estimate, from below, of output tokens for a stream that was cut. */
  get contentEvents(): number {
    return this.contents
  }

  report(): UsageReport {
    return this.usage.report()
  }

  /**
   * Output tokens to settle with. The engine's own figure, if its stream was complete; of a cut stream the figure may
   * be one of its beginning, so what was counted is compared with it.
   */
  outputTokens(complete: boolean): number {
    const told = this.usage.report().completionTokens
    return told !== undefined && complete ? told : Math.max(told ?? 0, this.contents)
  }

  /** Takes the usage of an event; true if the event has nothing else to say. */
  private read(event: ServerEvent): boolean {
    const fields = fieldsOf(parsed(dataOf(event)))
    if (fields === undefined) return false
    this.usage.take(fields["usage"])
    // The responses API wraps the answer that is complete, Anthropic's messages the one that starts.
    this.usage.take(fieldsOf(fields["response"])?.["usage"])
    this.usage.take(fieldsOf(fields["message"])?.["usage"])
    const choices = fields["choices"]
    return Array.isArray(choices) && choices.length === 0 && fieldsOf(fields["usage"]) !== undefined
  }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const notNull = (bytes: Buffer, value: number): boolean => bytes[value] !== 0x6e
