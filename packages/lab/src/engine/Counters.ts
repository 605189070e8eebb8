/** What the engine has done since it started: the figures behind its metrics page. */
import * as Histogram from "./Histogram.ts"
import type { FinishReason, Sequence } from "./Sequence.ts"

export interface Counters {
  promptTokens: number
  generationTokens: number
  readonly finished: Record<FinishReason, number>
  /** Tokens looked for in the prefix cache. */
  queriedTokens: number
  /** Prompt tokens found in the prefix cache instead of computed. */
  reusedTokens: number
  /** Sequences sent back to wait because memory ran out. */
  preemptions: number
  /** Steps run so far. */
  steps: number
  /** All in seconds of the engine's own clock. */
  readonly firstToken: Histogram.Histogram
  readonly interToken: Histogram.Histogram
  readonly queueTime: Histogram.Histogram
  readonly endToEnd: Histogram.Histogram
}

export const make = (): Counters => ({
  promptTokens: 0,
  generationTokens: 0,
  finished: { stop: 0, length: 0, abort: 0 },
  queriedTokens: 0,
  reusedTokens: 0,
  preemptions: 0,
  steps: 0,
  firstToken: Histogram.make(Histogram.firstToken),
  interToken: Histogram.make(Histogram.interToken),
  queueTime: Histogram.make(Histogram.request),
  endToEnd: Histogram.make(Histogram.request)
})

/** To be called before the sequence takes note of the tokens, which came evenly since its last. */
export const countTokens = (counters: Counters, sequence: Sequence, at: number, tokens: number): void => {
  counters.generationTokens += tokens
  if (sequence.lastTokenAt === undefined) Histogram.observe(counters.firstToken, (at - sequence.arrivedAt) / 1000)
  else Histogram.observe(counters.interToken, (at - sequence.lastTokenAt) / tokens / 1000, tokens)
}

export const countEnd = (counters: Counters, sequence: Sequence, reason: FinishReason, at: number): void => {
  counters.finished[reason] += 1
  Histogram.observe(counters.endToEnd, (at - sequence.arrivedAt) / 1000)
}
