/** The server that answers soonest: lowest p95 time to first token, then least occupied, then the dice. */
import { Layer } from "effect"
import type { Candidate, Choice } from "../Strategy.ts"
import { Strategy } from "../Strategy.ts"

/**
 * Buckets are geometric and counted from the best candidate, so that near-equals always tie and share the load:
 * with fixed bounds, two servers on either side of one would herd (docs/decisions/0004).
 */
const ratio = 1.5

/** Sub-millisecond figures are noise. */
const leastFigure = 1

const inBestBucket = (ttft: number, best: number): boolean => Math.max(ttft, leastFigure) < ratio * best

/** Which bucket a figure is in: 0 ties with the best, 1 is up to half as slow again, and so on. */
export const bucketOf = (ttft: number, best: number): number => {
  const floor = Math.max(best, leastFigure)
  return inBestBucket(ttft, floor) ? 0 : Math.floor(Math.log(ttft / floor) / Math.log(ratio) + 1e-9)
}

const occupancy = ({ leases, server }: Candidate): number => leases / server.maxConcurrent

export const choose = ({ candidates, roll }: Choice): Candidate => {
  let best = Infinity
  for (const { ttft } of candidates) if (ttft !== undefined) best = Math.min(best, Math.max(ttft, leastFigure))
  // An unmeasured server ties with the best: neither shunned nor sent everything until its first token.
  let ties: Array<Candidate> = []
  let least = Infinity
  for (const candidate of candidates) {
    if (candidate.ttft !== undefined && !inBestBucket(candidate.ttft, best)) continue
    const occupied = occupancy(candidate)
    if (occupied < least) {
      least = occupied
      ties = []
    }
    if (occupied === least) ties.push(candidate)
  }
  return ties[Math.min(ties.length - 1, Math.floor(roll * ties.length))]!
}

export const layer = Layer.succeed(Strategy, { choose })
