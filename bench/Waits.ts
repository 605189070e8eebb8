/** How far the waits that requests were told of were from those they had. */
import type { Line } from "@aiguilleur/lab/world/Ledger"
import { quantile } from "./Sample.ts"

export interface Wait {
  /** Milliseconds. */
  readonly told: number
  readonly toldAtMost: number
  readonly actual: number
}

/** Shorter waits are over before anybody reads an estimate. */
export const shortest = 2_000

/** Of requests that waited for long and were granted a server; retries aside, whose waits come in pieces. */
export const waits = (lines: ReadonlyArray<Line>): ReadonlyArray<Wait> =>
  lines.flatMap(({ attempts, forecast, waited }) =>
    attempts !== 1 || waited <= shortest || forecast?.wait === undefined
      ? []
      : [{ told: forecast.wait.p50, toldAtMost: forecast.wait.p90, actual: waited }]
  )

export const medianError = (waits: ReadonlyArray<Wait>): number =>
  quantile(waits.map(({ actual, told }) => Math.abs(told - actual) / actual), 0.5)

/** Share of the waits that were no longer than the ninth of ten that they were told of. */
export const covered = (waits: ReadonlyArray<Wait>): number =>
  waits.filter(({ actual, toldAtMost }) => actual <= toldAtMost).length / waits.length

export const tendency = (waits: ReadonlyArray<Wait>): number =>
  quantile(waits.map(({ actual, told }) => told / actual), 0.5)
