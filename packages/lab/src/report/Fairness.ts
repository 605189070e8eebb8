/** Service against entitlement: what each organisation got of the fleet, and what its weight said it should get. */
import type { Reading } from "../world/Recorder.ts"

export interface Shares {
  /** By reading, then organisation: tokens since the reading before. */
  readonly service: ReadonlyArray<ReadonlyArray<number>>
  readonly entitlement: ReadonlyArray<ReadonlyArray<number>>
}

/**
 * Whoever had nothing waiting got all it asked for: its entitlement is what it was served. What was served to the
 * others is theirs by weight. Work is charged when it ends, so only sums over a while say something.
 */
export const shares = (readings: ReadonlyArray<Reading>, weights: ReadonlyArray<number>): Shares => ({
  service: readings.map(({ service }) => service),
  entitlement: readings.map(({ backlogged, service }) => {
    let contested = 0
    let weight = 0
    for (const [place, waits] of backlogged.entries()) {
      if (!waits) continue
      contested += service[place]!
      weight += weights[place]!
    }
    return service.map((served, place) => backlogged[place] === true ? contested * weights[place]! / weight : served)
  })
})

/** One organisation's running total, in thousands of tokens. */
export const running = (rows: ReadonlyArray<ReadonlyArray<number>>, place: number): ReadonlyArray<number> => {
  let sum = 0
  return rows.map((row) => Math.round((sum += row[place]!) / 100) / 10)
}

export const sum = (rows: ReadonlyArray<ReadonlyArray<number>>, place: number): number =>
  Math.round(rows.reduce((total, row) => total + row[place]!, 0))
