/** How long prompts and answers are, in tokens. */
import type { Dice } from "../time/Dice.ts"

export type Length =
  | { readonly kind: "fixed"; readonly tokens: number }
  | { readonly kind: "uniform"; readonly from: number; readonly to: number }
  /** Log-normal: many short ones and a few long ones, as people write. */
  | { readonly kind: "lognormal"; readonly median: number; readonly p95: number; readonly most: number }

/** The standard normal distribution's 95th percentile. */
const z95 = 1.644_853_6

export const sample = (length: Length, dice: Dice): number => {
  switch (length.kind) {
    case "fixed":
      return length.tokens
    case "uniform":
      return Math.floor(length.from + dice.roll() * (length.to - length.from + 1))
    case "lognormal": {
      const sigma = Math.log(length.p95 / length.median) / z95
      const tokens = Math.round(length.median * Math.exp(sigma * dice.normal()))
      return Math.max(1, Math.min(length.most, tokens))
    }
  }
}

const tokensOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 1_000_000 ? value : undefined

export const expected = "tokens as 256, { from: 100, to: 400 } or { median: 200, p95: 900, most: 4000 }"

/** From a scenario file; undefined for anything else. */
export const read = (input: unknown): Length | undefined => {
  const tokens = tokensOf(input)
  if (tokens !== undefined) return { kind: "fixed", tokens }
  if (typeof input !== "object" || input === null || Array.isArray(input)) return undefined
  const { from, median, most, p95, to, ...others } = input as Record<string, unknown>
  if (Object.keys(others).length > 0) return undefined
  const [low, high, middle, tail] = [from, to, median, p95].map(tokensOf)
  if (low !== undefined && high !== undefined && low <= high && median === undefined && p95 === undefined) {
    return { kind: "uniform", from: low, to: high }
  }
  if (middle === undefined || tail === undefined || tail < middle || from !== undefined || to !== undefined) {
    return undefined
  }
  const bound = most === undefined ? tail * 4 : tokensOf(most)
  return bound === undefined || bound < middle
    ? undefined
    : { kind: "lognormal", median: middle, p95: tail, most: bound }
}
