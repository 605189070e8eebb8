/** A quantile over the last while, from a histogram that only ever counts up: the window holds its differences. */

/** As Prometheus writes it: counts are cumulative over ascending upper bounds, the last of which is infinite. */
export interface Cumulative {
  readonly bounds: ReadonlyArray<number>
  readonly counts: ReadonlyArray<number>
}

/** What an engine shows that has not observed anything yet: no bucket at all. */
export const nothing: Cumulative = { bounds: [], counts: [] }

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
  readonly last: { readonly at: number; readonly counts: ReadonlyArray<number> } | undefined
  /** Of the buckets that the steps count. */
  readonly bounds: ReadonlyArray<number>
  readonly steps: ReadonlyArray<Step>
}

/** Five, as for our own samples (DESIGN §3.4): the p95 of less is the slowest of a handful. */
export const make = (length: number, least = 5): HistogramWindow => ({
  length,
  least,
  last: undefined,
  bounds: [],
  steps: []
})

const same = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): boolean =>
  a.length === b.length && a.every((bound, i) => bound === b[i])

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
const gained = (before: ReadonlyArray<number>, now: ReadonlyArray<number>): ReadonlyArray<number> => {
  const since = now.map((count, i) => count - (before[i] ?? 0))
  return perBucket(since.some((count) => count < 0) ? now : since)
}

/** One more reading. The first only says where counting begins: what happened before we looked has no time. */
export const push = (self: HistogramWindow, at: number, { bounds, counts }: Cumulative): HistogramWindow => {
  const before = self.last
  const last = { at, counts }
  // A clock put back leaves no order to keep.
  if (before === undefined || at < before.at) return { ...self, last, bounds, steps: [] }
  if (counts.length === 0) return { ...self, last }
  // Other buckets are another engine's, unless there were none before: from nothing, everything is new.
  const known = same(self.bounds, bounds)
  if (!known && before.counts.length > 0) return { ...self, last, bounds, steps: [] }
  const steps = known ? self.steps.filter((step) => step.at > at - self.length) : []
  const step = { at, gained: gained(before.counts, counts) }
  return { ...self, last, bounds, steps: step.gained.some((count) => count > 0) ? [...steps, step] : steps }
}

/**
 * The value below which the share `q` of the window's observations lies, interpolated within its bucket; beyond the
 * last finite bound, that bound. `undefined` when the window holds too few.
 */
export const quantile = (self: HistogramWindow, now: number, q = 0.95): number | undefined => {
  const { bounds } = self
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
