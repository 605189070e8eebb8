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
  /** What is supposed of a prompt and of an answer, in tokens, until a model has settled some. */
  readonly promptTokens: number
  readonly outputTokens: number
  readonly bytesPerToken: number
  /** What is supposed of a slot, in prompt + 2 × output tokens a second, until a model has settled some. */
  readonly slotPace: number
  /** How long a request that has ended can be asked about; `undefined` remembers nothing. And how many, at most. */
  readonly explain: number | undefined
  readonly explained: number
  /** Tokens of a prompt that a second of audio costs as much as. */
  readonly secondCost: number
}

export const defaults: Settings = {
  bestPriority: 5,
  ageing: 60_000,
  ttftWindow: 60_000,
  total: 600_000,
  grace: 10_000,
  promptTokens: 500,
  outputTokens: 250,
  bytesPerToken: 4,
  slotPace: 60,
  explain: 600_000,
  explained: 20_000,
  secondCost: 10
}
