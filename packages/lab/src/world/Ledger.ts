/** One line for each request that was sent: all that a report is made of. */
import type { Forecast } from "@aiguilleur/core/Forecaster"
import type { Population } from "../scenario/Scenario.ts"

/** `unfinished`: the time was over. `error`: the engine's refusal of the request itself. */
export type Ending =
  | "served"
  | "refused"
  | "evicted"
  | "failed"
  | "withdrawn"
  | "broken"
  | "error"
  | "unfinished"

export interface Line {
  readonly population: Population
  readonly arrivedAt: number
  readonly prompt: number
  readonly output: number
  /** Milliseconds in the waiting room, over all its waits. */
  waited: number
  /** What it was told of its first wait when that began, where forecasts are wanted. */
  forecast: Forecast | undefined
  /** When the first token came. */
  firstTokenAt: number | undefined
  endedAt: number | undefined
  ending: Ending
  requeues: number
  attempts: number
  /** URL of the last server. */
  server: string | undefined
  /** Tokens charged: prompt + 2 × output. */
  cost: number
}

export const line = (population: Population, arrivedAt: number, prompt: number, output: number): Line => ({
  population,
  arrivedAt,
  prompt,
  output,
  waited: 0,
  forecast: undefined,
  firstTokenAt: undefined,
  endedAt: undefined,
  ending: "unfinished",
  requeues: 0,
  attempts: 0,
  server: undefined,
  cost: 0
})
