/** Reads usage from the events of a stream as they pass, and counts them in case it is cut. */
import type { ServerEvent } from "./ServerEvent.ts"
import type { UsageReport } from "./Usage.ts"

/** `usage-only` is the extra event that `include_usage` brings: it has no choices and may be dropped. */
export type Observed = "usage-only" | "content" | "other"

export class StreamUsage {
  /** Looks at one event, of any kind. */
  observe(_event: ServerEvent): Observed {
    return "other"
  }

  /** Data events with content so far: an estimate, from below, of output tokens for a stream that was cut. */
  get contentEvents(): number {
    return 0
  }

  report(): UsageReport {
    return { promptTokens: undefined, completionTokens: undefined, absurd: [] }
  }
}
