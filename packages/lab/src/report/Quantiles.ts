/** What many durations come to: the figures of a table, and the curve of a distribution. */

export interface Quantiles {
  readonly count: number
  /** Milliseconds; `null` of nothing. */
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
  readonly mean: number | null
}

/** Tenths of a millisecond: what lies beyond is noise, and would make reports long. */
export const rounded = (value: number): number => Math.round(value * 10) / 10

/** By nearest rank. */
export const of = (values: ReadonlyArray<number>): Quantiles => {
  const sorted = Float64Array.from(values).sort()
  const pick = (share: number) => sorted.length === 0 ? null : rounded(sorted[Math.ceil(share * sorted.length) - 1]!)
  const sum = sorted.reduce((total, value) => total + value, 0)
  return {
    count: sorted.length,
    p50: pick(0.5),
    p95: pick(0.95),
    p99: pick(0.99),
    mean: sorted.length === 0 ? null : rounded(sum / sorted.length)
  }
}

/** Bounds of the distribution's curve: twelve to each power of ten, from 10 ms to 1 000 s. */
export const bounds: ReadonlyArray<number> = Array.from({ length: 61 }, (_, step) => rounded(10 * 10 ** (step / 12)))

/** Share of the values at or under each bound, in percent. */
export const distribution = (values: ReadonlyArray<number>): ReadonlyArray<number> => {
  if (values.length === 0) return []
  const counts = bounds.map(() => 0)
  for (const value of values) {
    const place = bounds.findIndex((bound) => value <= bound)
    if (place >= 0) counts[place]!++
  }
  let total = 0
  return counts.map((count) => rounded(100 * (total += count) / values.length))
}
