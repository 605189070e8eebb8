/** Profiles fitted to published figures: the constants that make a simulated load test give the same numbers. */
import type { Profile } from "../engine/Profile.ts"
import * as Bench from "./Bench.ts"
import type { Parameter, Point, Sweep } from "./Published.ts"
import { minimise } from "./Simplex.ts"

export interface Comparison {
  readonly clients: number
  readonly figure: "tokensPerSecond" | "ttft" | "perToken"
  readonly published: number
  readonly simulated: number
}

export interface Fit {
  readonly sweep: Sweep
  readonly profile: Profile
  readonly comparisons: ReadonlyArray<Comparison>
  /** Mean of the relative errors, in percent. */
  readonly error: number
}

const figures = ["tokensPerSecond", "ttft", "perToken"] as const

const withValues = (profile: Profile, values: Partial<Record<Parameter, number>>): Profile => {
  const { chunk, request, ...constants } = values
  const frontEnd = { request: request ?? profile.frontEnd.request, chunk: chunk ?? profile.frontEnd.chunk }
  return { ...profile, ...constants, frontEnd }
}

const compare = (profile: Profile, sweep: Sweep): ReadonlyArray<Comparison> =>
  sweep.points.flatMap((point: Point) => {
    const simulated = Bench.run(profile, sweep, point.clients)
    return figures.flatMap((figure) => {
      const published = point[figure]
      return published === undefined
        ? []
        : [{ clients: point.clients, figure, published, simulated: simulated[figure] }]
    })
  })

/** The profile as it is, against what was published. */
export const judge = (sweep: Sweep, profile: Profile = sweep.profile): Fit => {
  const comparisons = compare(profile, sweep)
  const error = comparisons.reduce((sum, one) => sum + Math.abs(one.simulated / one.published - 1), 0) /
    comparisons.length
  return { sweep, profile, comparisons, error: 100 * error }
}

/** Constants stay positive and of their order: the search is for their logarithms. */
export const fit = (sweep: Sweep, rounds = 160): Fit => {
  const guesses = Object.entries(sweep.guesses)
  const named = (at: ReadonlyArray<number>) =>
    Object.fromEntries(guesses.map(([parameter], place) => [parameter, Math.exp(at[place]!)]))
  const off = (at: ReadonlyArray<number>) =>
    compare(withValues(sweep.profile, named(at)), sweep)
      .reduce((sum, { published, simulated }) => sum + Math.log(simulated / published) ** 2, 0)
  const start = guesses.map(([, guess]) => Math.log(guess))
  const found = named(minimise(off, start, 0.4, rounds))
  const rounded = Object.fromEntries(Object.entries(found).map(([name, value]) => [name, Number(value.toPrecision(3))]))
  return judge(sweep, withValues(sweep.profile, rounded))
}
