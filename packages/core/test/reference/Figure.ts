/** The time to first token of one server for one model, by looking at every sample there ever was. */

interface Sample {
  readonly at: number
  readonly ttft: number
}

export interface Figure {
  readonly own: Array<Sample>
  readonly engine: Array<Sample>
}

export const make = (): Figure => ({ own: [], engine: [] })

const p95 = (figures: ReadonlyArray<number>): number =>
  figures.toSorted((a, b) => a - b)[Math.ceil(0.95 * figures.length) - 1]!

const inside = (samples: ReadonlyArray<Sample>, window: number, at: number): ReadonlyArray<Sample> =>
  samples.filter((sample) => sample.at <= at && sample.at > at - window)

/** Five own samples or more, else the engine's last reading while it is inside the window, else whoever spoke last. */
export const figureAt = ({ engine, own }: Figure, window: number, now: number): number | undefined => {
  const live = inside(own, window, now)
  if (live.length >= 5) return p95(live.map(({ ttft }) => ttft))
  const reading = engine.at(-1)
  if (reading !== undefined && reading.at > now - window) return reading.ttft
  if (own.length < 5) return reading?.ttft
  if (reading !== undefined && reading.at > own.at(-1)!.at) return reading.ttft
  return p95(own.slice(-5).map(({ ttft }) => ttft))
}
