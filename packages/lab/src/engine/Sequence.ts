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
  /** Hashes of the prompt's first whole blocks, each standing for itself and all before it; none when absent. */
  readonly prefix?: ReadonlyArray<number> | undefined
}

/** Owned by the engine; others read it. */
export interface Sequence extends Demand {
  readonly prefix: ReadonlyArray<number>
  /** Number of arrival: what decides between equals. */
  readonly order: number
  readonly arrivedAt: number
  /** When it entered the batch; undefined while it waits, also after it was preempted. */
  scheduledAt: number | undefined
  firstTokenAt: number | undefined
  lastTokenAt: number | undefined
  finishedAt: number | undefined
  finished: FinishReason | undefined
  /** Its client left; its place in the batch is free when the step in progress ends. */
  aborted: boolean
  /** Tokens of one pass over what must be computed before it decodes: the prompt, and after a preemption its answer so far. */
  pass: number
  /** Tokens computed so far, over all passes. */
  computed: number
  /** Tokens of the prompt that the step in progress computes. */
  chunk: number
  generated: number
  /** KV blocks held, and how many of them are known by their hash. */
  blocks: number
  shared: number
  /** Tokens of the prompt that were found in the prefix cache. */
  reused: number
  preemptions: number
}

export const make = (demand: Demand, order: number, arrivedAt: number): Sequence => ({
  ...demand,
  prefix: demand.prefix ?? [],
  order,
  arrivedAt,
  scheduledAt: undefined,
  firstTokenAt: undefined,
  lastTokenAt: undefined,
  finishedAt: undefined,
  finished: undefined,
  aborted: false,
  pass: demand.promptTokens,
  computed: 0,
  chunk: 0,
  generated: 0,
  blocks: 0,
  shared: 0,
  reused: 0,
  preemptions: 0
})

export const isPrefilled = ({ computed, pass, passes }: Sequence): boolean => computed >= pass * passes

/** What is left of the current pass over the prompt: a pass never shares a step with the next one. */
export const prefillLeft = (sequence: Sequence): number =>
  isPrefilled(sequence) ? 0 : sequence.pass - sequence.computed % sequence.pass

/** Tokens that it holds in the KV cache: what was computed, and what was generated since. */
export const context = ({ computed, generated, pass, promptTokens }: Sequence): number =>
  Math.min(computed, pass) + generated - (pass - promptTokens)

/** Out of the batch for want of memory: all that it held is computed again. */
export const preempt = (sequence: Sequence): void => {
  sequence.scheduledAt = undefined
  sequence.preemptions += 1
  sequence.pass = sequence.promptTokens + sequence.generated
  sequence.computed = 0
}
