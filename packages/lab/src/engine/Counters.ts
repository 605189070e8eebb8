/** What the engine has done since it started: the figures behind its metrics page. */
import * as Histogram from "./Histogram.ts"
import type { FinishReason, Sequence } from "./Sequence.ts"

export interface Counters {
  promptTokens: number
  generationTokens: number
  readonly finished: Record<FinishReason, number>
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
  steps: 0,
  firstToken: Histogram.make(Histogram.firstToken),
  interToken: Histogram.make(Histogram.interToken),
  queueTime: Histogram.make(Histogram.request),
  endToEnd: Histogram.make(Histogram.request)
})

/** To be called before the sequence takes note of the token. */
export const countToken = (counters: Counters, sequence: Sequence, at: number): void => {
  counters.generationTokens += 1
  if (sequence.lastTokenAt === undefined) Histogram.observe(counters.firstToken, (at - sequence.arrivedAt) / 1000)
  else Histogram.observe(counters.interToken, (at - sequence.lastTokenAt) / 1000)
}

export const countEnd = (counters: Counters, sequence: Sequence, reason: FinishReason, at: number): void => {
  counters.finished[reason] += 1
  Histogram.observe(counters.endToEnd, (at - sequence.arrivedAt) / 1000)
}
