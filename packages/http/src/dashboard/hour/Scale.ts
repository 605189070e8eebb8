/** Geometric buckets, a quarter wider each: percentiles of many requests from few counts, at most an eighth off. */

const ratio = 1.25

const scale = (least: number, most: number): ReadonlyArray<number> => {
  const bounds = [least]
  while (bounds.at(-1)! < most) bounds.push(bounds.at(-1)! * ratio)
  return bounds
}

/** Milliseconds, from 4 to about an hour. */
export const times = scale(4, 3_600_000)

/** Tokens, from 1 to about a million. */
export const lengths = scale(1, 1_000_000)

/** As PostgreSQL's `width_bucket` has it: 0 below the first bound, and so on. */
export const bucketOf = (bounds: ReadonlyArray<number>, value: number): number => {
  let low = 0
  let high = bounds.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (bounds[middle]! <= value) low = middle + 1
    else high = middle
  }
  return low
}

/** Counts by bucket; most are not there. */
export type Counts = ReadonlyMap<number, number>

/** The middle of the bucket in which the quantile falls. */
export const quantile = (bounds: ReadonlyArray<number>, counts: Counts, share: number): number | undefined => {
  let total = 0
  for (const count of counts.values()) total += count
  if (total === 0) return undefined
  let left = Math.max(1, Math.ceil(share * total))
  for (const bucket of [...counts.keys()].toSorted((a, b) => a - b)) {
    left -= counts.get(bucket)!
    if (left > 0) continue
    if (bucket === 0) return 0
    return Math.round(bounds[bucket - 1]! * Math.sqrt(ratio))
  }
  return undefined
}
