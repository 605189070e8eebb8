/** The server that answers soonest: lowest p95 time to first token, then least occupied, then the dice. */
import { Layer } from "effect"
import type { Candidate, Choice } from "../Strategy.ts"
import { Strategy } from "../Strategy.ts"

/** Figures within a factor of 1.5 share a bucket, so that near-equals share the load instead of herding. */
const bucketRatio = Math.log(1.5)

export const bucket = (ttft: number): number => Math.floor(Math.log(Math.max(ttft, 1)) / bucketRatio)

const occupancy = ({ leases, server }: Candidate): number => leases / server.maxConcurrent

export const choose = ({ candidates, roll }: Choice): Candidate => {
  let best = Infinity
  for (const { ttft } of candidates) if (ttft !== undefined) best = Math.min(best, bucket(ttft))
  // An unmeasured server ties with the best: neither shunned nor sent everything until its first token.
  let ties: Array<Candidate> = []
  let least = Infinity
  for (const candidate of candidates) {
    if (candidate.ttft !== undefined && bucket(candidate.ttft) > best) continue
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
