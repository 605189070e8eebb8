/** One request inside the engine: what was asked, and how far it has come. */

export type FinishReason = "stop" | "length" | "abort"

export interface Demand {
  readonly id: string
  /** At least 1. */
  readonly promptTokens: number
  /** 0 for an embedding, which ends with its prompt. */
  readonly outputTokens: number
  /** How it ends when `outputTokens` are out. */
  readonly finish: Exclude<FinishReason, "abort">
  /** vLLM's polarity: lower is sooner. Looked at under priority scheduling only. */
  readonly priority: number
  /** How many times over the prompt is computed: more than 1 is a slow prefill. */
  readonly passes: number
}

/** Owned by the engine; others read it. */
export interface Sequence extends Demand {
  /** Number of arrival: what decides between equals. */
  readonly order: number
  readonly arrivedAt: number
  /** When it entered the batch. */
  scheduledAt: number | undefined
  firstTokenAt: number | undefined
  lastTokenAt: number | undefined
  finishedAt: number | undefined
  finished: FinishReason | undefined
  /** Its client left; its place in the batch is free when the step in progress ends. */
  aborted: boolean
  /** Prompt tokens computed so far, over all passes. */
  computed: number
  /** Prompt tokens that the step in progress computes. */
  chunk: number
  generated: number
}

export const make = (demand: Demand, order: number, arrivedAt: number): Sequence => ({
  ...demand,
  order,
  arrivedAt,
  scheduledAt: undefined,
  firstTokenAt: undefined,
  lastTokenAt: undefined,
  finishedAt: undefined,
  finished: undefined,
  aborted: false,
  computed: 0,
  chunk: 0,
  generated: 0
})

export const isPrefilled = (sequence: Sequence): boolean => sequence.computed >= sequence.promptTokens * sequence.passes

/** What is left of the current pass over the prompt: a pass never shares a step with the next one. */
export const prefillLeft = (sequence: Sequence): number =>
  isPrefilled(sequence) ? 0 : sequence.promptTokens - sequence.computed % sequence.promptTokens

/** Tokens that it holds in the KV cache. */
export const context = (sequence: Sequence): number =>
  Math.min(sequence.computed, sequence.promptTokens) + sequence.generated
