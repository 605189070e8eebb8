/** What a process holds at one moment, and whether that is more than it held at another. */

export interface Memory {
  readonly heap: number
  readonly external: number
  readonly resident: number
}

export interface Holding {
  /** In bytes. */
  readonly memory: Memory
  readonly counts: Readonly<Record<string, number>>
}

/** What there is more of than there was, in words; empty when nothing has leaked. */
export const excess = (before: Holding, after: Holding): ReadonlyArray<string> =>
  Object.entries(after.counts)
    .filter(([kind, count]) => count > (before.counts[kind] ?? 0))
    .map(([kind, count]) => `${kind}: ${count} instead of ${before.counts[kind] ?? 0}`)

export interface Point {
  /** Minutes. */
  readonly at: number
  /** Megabytes. */
  readonly size: number
}

/** Megabytes a minute, of the straight line that lies closest to the points. */
export const slope = (points: ReadonlyArray<Point>): number => {
  const mean = (of: (point: Point) => number) => points.reduce((sum, point) => sum + of(point), 0) / points.length
  const at = mean((point) => point.at)
  const size = mean((point) => point.size)
  const spread = points.reduce((sum, point) => sum + (point.at - at) ** 2, 0)
  if (spread === 0) return 0
  return points.reduce((sum, point) => sum + (point.at - at) * (point.size - size), 0) / spread
}
