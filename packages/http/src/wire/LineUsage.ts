/** Reads usage from the lines of Ollama's own streams as they pass, and counts them in case the stream is cut. */
import { hasValue, textOfSomeLength } from "./Member.ts"
import type { ServerEvent } from "./ServerEvent.ts"
import type { Observed } from "./StreamUsage.ts"
import { fieldsOf, Usage, type UsageReport } from "./Usage.ts"

const doneName = Buffer.from("\"done\"")
const contentNames = ["content", "response", "thinking"].map((name) => Buffer.from(`"${name}"`))

const isTrue = (bytes: Buffer, value: number): boolean => bytes[value] === 0x74

/** The last line of an answer says that it is done, and how much it was. */
export const isLast = ({ bytes, end, kind, start }: ServerEvent): boolean =>
  kind === "data" && hasValue(bytes.subarray(start, end), doneName, isTrue)

/** The line as it was written. */
export const textOf = ({ bytes, end, start }: ServerEvent): string => bytes.toString("utf8", start, end)

export class LineUsage {
  private readonly usage = new Usage()
  private contents = 0

  observe(event: ServerEvent): Observed {
    if (event.kind !== "data") return "other"
    const own = event.bytes.subarray(event.start, event.end)
    if (isLast(event)) this.usage.takeCounts(parsed(own))
    if (!contentNames.some((name) => hasValue(own, name, textOfSomeLength))) return "other"
    this.contents++
    return "content"
  }

  report(): UsageReport {
    return this.usage.report()
  }

  /** As for every stream: the engine's own figure if it was complete, else what was counted. */
  outputTokens(complete: boolean): number {
    const told = this.usage.report().completionTokens
    return told !== undefined && complete ? told : Math.max(told ?? 0, this.contents)
  }
}

const parsed = (line: Buffer): Readonly<Record<string, unknown>> => {
  try {
    return fieldsOf(JSON.parse(line.toString())) ?? {}
  } catch {
    return {}
  }
}
