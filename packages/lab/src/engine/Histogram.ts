/** A Prometheus histogram, with the bucket bounds that vLLM v1 uses. */

export interface Histogram {
  readonly bounds: ReadonlyArray<number>
  /** Observations at or under each bound, above the one before. */
  readonly counts: Array<number>
  sum: number
  count: number
}

const bounds = (list: string): ReadonlyArray<number> => list.split(" ").map(Number)

/** `vllm:time_to_first_token_seconds`. */
export const firstToken = bounds(
  "0.001 0.005 0.01 0.02 0.04 0.06 0.08 0.1 0.25 0.5 0.75"
    + " 1 2.5 5 7.5 10 20 40 80 160 640 2560"
)

/** `vllm:inter_token_latency_seconds`. */
export const interToken = bounds(
  "0.01 0.025 0.05 0.075 0.1 0.15 0.2 0.3 0.4 0.5 0.75"
    + " 1 2.5 5 7.5 10 20 40 80"
)

/** `vllm:e2e_request_latency_seconds`, `vllm:request_queue_time_seconds`. */
export const request = bounds(
  "0.3 0.5 0.8 1 1.5 2 2.5 5 10 15 20 30 40 50 60"
    + " 120 240 480 960 1920 7680"
)

export const make = (bounds: ReadonlyArray<number>): Histogram => ({
  bounds,
  counts: bounds.map(() => 0),
  sum: 0,
  count: 0
})

export const observe = (histogram: Histogram, value: number, times = 1): void => {
  histogram.sum += value * times
  histogram.count += times
  const bucket = histogram.bounds.findIndex((bound) => value <= bound)
  if (bucket >= 0) histogram.counts[bucket]! += times
}
