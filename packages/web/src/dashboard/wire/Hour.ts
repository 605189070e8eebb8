/** The last hour, by the minute: `GET /dashboard/api/hour?by=organisation` (or `model`). */

/** One line of a chart. The largest have their own, the others are together, and all come first. */
export interface Series {
  /** An organisation or a model; absent for all, and for the others. */
  readonly name?: string
  readonly of: "all" | "one" | "others"
  /** One figure for each minute. */
  readonly requests: ReadonlyArray<number>
  /** Prompt and answer together. */
  readonly tokens: ReadonlyArray<number>
  /** 95th percentiles in milliseconds; null where there was nothing to measure. */
  readonly wait: ReadonlyArray<number | null>
  readonly ttft: ReadonlyArray<number | null>
  /** Refused, evicted or failed. */
  readonly unserved: ReadonlyArray<number>
}

/** One organisation on one model. */
export interface HourRow {
  readonly organisation: string
  /** Empty where there is none of the name that was asked for. */
  readonly model: string
  readonly requests: number
  readonly prompt: number
  readonly output: number
  /** Medians and 95th percentiles in milliseconds. */
  readonly wait: readonly [p50: number, p95: number] | null
  readonly ttft: readonly [p50: number, p95: number] | null
  readonly requeues: number
  readonly refused: number
  readonly evicted: number
  readonly failed: number
  readonly withdrawn: number
}

export interface Refusals {
  readonly organisation: string
  readonly model: string
  readonly ending: "refused" | "evicted" | "failed"
  readonly reason: string
  readonly count: number
}

export interface Hour {
  /** The first minute, epoch milliseconds. */
  readonly from: number
  readonly series: ReadonlyArray<Series>
  readonly rows: ReadonlyArray<HourRow>
  readonly refusals: ReadonlyArray<Refusals>
  /** `table`: of every gateway on the database. `memory`: of this process since it started. */
  readonly source: "table" | "memory"
}
