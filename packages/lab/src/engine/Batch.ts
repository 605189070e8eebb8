/** The sequences that are computed together, and what the next step computes of each. */
import type { Profile } from "./Profile.ts"
import { stepTime } from "./Profile.ts"
import type { Sequence } from "./Sequence.ts"
import * as Sequences from "./Sequence.ts"

export interface Batch {
  readonly members: () => ReadonlyArray<Sequence>
  /** Tokens held by all of them. */
  readonly contextTokens: () => number
  /**
   * Decides the next step, and says how long it lasts: one token for whoever decodes, then prompts within
   * `max_num_batched_tokens`, those under way before those that `admit` hands out while there is room.
   */
  readonly plan: (admit: () => Sequence | undefined) => number
  /** Gives away the places of those that have ended. */
  readonly clean: () => void
}

export const make = (profile: Profile, maxNumSeqs: number): Batch => {
  let members: Array<Sequence> = []

  return {
    members: () => members,
    contextTokens: () => members.reduce((total, sequence) => total + Sequences.context(sequence), 0),
    plan: (admit) => {
      let decoding = 0
      let contextTokens = 0
      let prefillTokens = 0
      for (const sequence of members) {
        if (!Sequences.isPrefilled(sequence)) continue
        decoding += 1
        contextTokens += Sequences.context(sequence)
      }
      let budget = profile.maxNumBatchedTokens - decoding
      const prefill = (sequence: Sequence) => {
        sequence.chunk = Math.max(0, Math.min(budget, Sequences.prefillLeft(sequence)))
        budget -= sequence.chunk
        prefillTokens += sequence.chunk
      }
      for (const sequence of members) prefill(sequence)
      // the place for free KV blocks, prefix reuse and preemption, when the cache is simulated
      for (;;) {
        const sequence = budget > 0 && members.length < maxNumSeqs ? admit() : undefined
        if (sequence === undefined) break
        members.push(sequence)
        prefill(sequence)
      }
      return stepTime(profile, { decoding, prefillTokens, contextTokens })
    },
    clean: () => {
      members = members.filter((sequence) => sequence.finished === undefined)
    }
  }
}
