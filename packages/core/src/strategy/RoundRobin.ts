/** Each server in turn; the turn is a place in the round, so it survives servers coming and going. */
import { Layer } from "effect"
import type { Candidate, Choice } from "../Strategy.ts"
import { Strategy } from "../Strategy.ts"

export const choose = ({ candidates, turn }: Choice): Candidate => {
  let first = candidates[0]!
  let next: Candidate | undefined
  for (const candidate of candidates) {
    if (candidate.ordinal < first.ordinal) first = candidate
    if (candidate.ordinal > turn && (next === undefined || candidate.ordinal < next.ordinal)) next = candidate
  }
  return next ?? first
}

export const layer = Layer.succeed(Strategy, { choose })
