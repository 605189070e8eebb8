/** The dispatcher's own settings, with their defaults; all durations in milliseconds. */

export interface Settings {
  /** The most urgent priority. */
  readonly bestPriority: number
  /** One priority more for each such interval waited; `undefined` switches ageing off. */
  readonly ageing: number | undefined
  /** How long a time-to-first-token sample counts. */
  readonly ttftWindow: number
  /** From a ticket's first grant, retries included. */
  readonly total: number
  /** How long tickets wait for a fleet of which no server is up. */
  readonly grace: number
  /** Cost taken for a ticket that brings no estimate (prompt + 2 × output tokens). */
  readonly defaultEstimate: number
  /** Cost of one second of audio, in the same unit. */
  readonly secondCost: number
}

export const defaults: Settings = {
  bestPriority: 5,
  ageing: 60_000,
  ttftWindow: 60_000,
  total: 600_000,
  grace: 10_000,
  defaultEstimate: 1_000,
  secondCost: 10
}
