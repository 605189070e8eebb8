/**
 * What one measurement of one peer says, and the arithmetic on several of them.
 */
export const phases = ["requests", "watched", "latency", "streams", "events"] as const
export type Phase = typeof phases[number]

export interface Sample {
  readonly peer: string
  readonly phase: Phase
  readonly repetition: number
  /** Requests or chunks that arrived inside the measured window. */
  readonly count: number
  /** Reads of the client that chunks came in: fewer than chunks where some waited for each other. */
  readonly reads: number
  readonly seconds: number
  /** Both ends of the window on CLOCK_MONOTONIC, in microseconds, so that a profile can be cut to it. */
  readonly window: readonly [from: number, to: number]
  readonly perSecond: number
  /** CPU of the proxy and everything below it, per request or chunk. */
  readonly cpuMicros: number
  /** The part of it that is not the proxy's own process: of the gateway, its database. */
  readonly belowMicros: number
  /** Share of a core that the proxy used: far below 1, the load was the bottleneck and the rate says little. */
  readonly busy: number
  /** Share of the proxy's core that went to something else. */
  readonly others: number
  /** Time to the whole answer, or from the upstream's write to the client's read of one event. */
  readonly p50: number
  readonly p99: number
  readonly max: number
  /** The first thing that was wrong, if anything was. */
  readonly failure?: string
}

const ascending = (values: Iterable<number>) => Float64Array.from(values).sort()

export const quantile = (values: ReadonlyArray<number>, q: number): number => {
  const sorted = ascending(values)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN
}

export const median = (values: ReadonlyArray<number>): number => {
  const sorted = ascending(values)
  const upper = sorted[sorted.length >> 1] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[(sorted.length >> 1) - 1] ?? Number.NaN)) / 2
}

export interface Series {
  readonly samples: ReadonlyArray<Sample>
  readonly failure: string | undefined
}

export const series = (samples: ReadonlyArray<Sample>, peer: string, phase: Phase): Series => {
  const own = samples.filter((sample) => sample.peer === peer && sample.phase === phase)
  return { samples: own, failure: own.find((sample) => sample.failure !== undefined)?.failure }
}

/** Compares two peers repetition by repetition, since neighbours in time share the machine's mood. */
export const paired = (
  { samples }: Series,
  base: Series,
  compare: (own: Sample, other: Sample) => number
): number =>
  median(samples.flatMap((own) => {
    const other = base.samples.find((sample) => sample.repetition === own.repetition)
    return other === undefined ? [] : [compare(own, other)]
  }))
