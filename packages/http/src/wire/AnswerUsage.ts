/** Reads usage from an answer in one piece of JSON as it passes, without keeping it. */
import type { UsageReport } from "./Usage.ts"

export class AnswerUsage {
  push(_chunk: Uint8Array): void {}

  /** Asked once the answer is complete. */
  report(): UsageReport {
    return { promptTokens: undefined, completionTokens: undefined, absurd: [] }
  }
}
