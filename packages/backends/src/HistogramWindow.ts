/** A quantile over the last while, from a histogram that only ever counts up: the window holds its differences. */

/** As Prometheus writes it: counts are cumulative over ascending upper bounds, the last of which is infinite. */
export interface Cumulative {
  readonly bounds: ReadonlyArray<number>
  readonly counts: ReadonlyArray<number>
}

interface Step {
  /** When the later of its two readings was taken, in milliseconds. */
  readonly at: number
  /** What each bucket, taken alone, gained. */
  readonly gained: ReadonlyArray<number>
}

export interface HistogramWindow {
  /** In milliseconds. */
  readonly length: number
  /** Fewer observations than this within the window say nothing. */
  readonly least: number
  readonly last: { readonly at: number; readonly reading: Cumulative } | undefined
  readonly steps: ReadonlyArray<Step>
}

/** Five, as for our own samples (DESIGN §3.4): the p95 of less is the slowest of a handful. */
export const make = (length: number, least = 5): HistogramWindow => ({ length, least, last: undefined, steps: [] })

const sameBounds = (a: Cumulative, b: Cumulative): boolean =>
  a.bounds.length === b.bounds.length && a.bounds.every((bound, i) => bound === b.bounds[i])

/** Per bucket instead of cumulative; what a hostile page counts backwards is nothing. */
const perBucket = (counts: ReadonlyArray<number>): Array<number> => {
  let below = 0
  return counts.map((count) => {
    const own = Math.max(0, count - below)
    below = Math.max(below, count)
    return own
  })
}

/** A count that fell means that the engine started again: everything it counts now is new. */
const gained = (before: Cumulative, now: Cumulative): ReadonlyArray<number> => {
  const since = now.counts.map((count, i) => count - before.counts[i]!)
  return perBucket(since.some((count) => count < 0) ? now.counts : since)
}

/** One more reading. The first only says where counting begins: what happened before we looked has no time. */
export const push = (self: HistogramWindow, at: number, reading: Cumulative): HistogramWindow => {
  const { last } = self
  // Other buckets are another engine's, and a clock put back leaves no order to keep.
  if (last === undefined || at < last.at || !sameBounds(last.reading, reading)) {
    return { ...self, last: { at, reading }, steps: [] }
  }
  const step = { at, gained: gained(last.reading, reading) }
  const steps = self.steps.filter((step) => step.at > at - self.length)
  return { ...self, last: { at, reading }, steps: step.gained.some((count) => count > 0) ? [...steps, step] : steps }
}

/**
 * The value below which the share `q` of the window's observations lies, interpolated within its bucket; beyond the
 * last finite bound, that bound. `undefined` when the window holds too few.
 */
export const quantile = (self: HistogramWindow, now: number, q = 0.95): number | undefined => {
  const bounds = self.last?.reading.bounds ?? []
  const counts = bounds.map(() => 0)
  let total = 0
  for (const { at, gained } of self.steps) {
    if (at <= now - self.length) continue
    gained.forEach((count, i) => {
      counts[i]! += count
      total += count
    })
  }
  if (total < self.least) return undefined
  let below = 0
  for (const [i, count] of counts.entries()) {
    const lower = i === 0 ? 0 : bounds[i - 1]!
    const upper = bounds[i]!
    if (count > 0 && below + count >= q * total) {
      return upper === Infinity ? lower : lower + (upper - lower) * ((q * total - below) / count)
    }
    below += count
  }
  return undefined
}
