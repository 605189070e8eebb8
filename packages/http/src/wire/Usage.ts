/** Tokens that an engine says it has read and written, taken at its word only where that is plausible. */

export interface Usage {
  readonly promptTokens: number
  readonly completionTokens: number
}

/** A figure that no engine can mean, for the log. */
export interface AbsurdFigure {
  readonly field: string
  readonly value: string
}

/** What was learnt from an answer. Either figure may be missing. */
export interface UsageReport {
  readonly promptTokens: number | undefined
  readonly completionTokens: number | undefined
  readonly absurd: ReadonlyArray<AbsurdFigure>
}
