/** The sequences that are computed together, and what the next step computes of each. */
import type { KvCache } from "./KvCache.ts"
import type { Profile } from "./Profile.ts"
import { stepTime } from "./Profile.ts"
import type { Sequence } from "./Sequence.ts"
import * as Sequences from "./Sequence.ts"
import type { Stretch } from "./Stretch.ts"

export interface Neighbours {
  /** Hands out the next one that there is memory for. */
  readonly admit: () => Sequence | undefined
  /** Takes back one for which there is no memory left. */
  readonly preempted: (sequence: Sequence) => void
}

export interface Batch {
  readonly members: () => ReadonlyArray<Sequence>
  /** Tokens held by all of them. */
  readonly contextTokens: () => number
  /**
   * Decides the next step: one token for whoever decodes, then prompts within `max_num_batched_tokens`, those under
   * way before newcomers; all of it takes `times` as long as the profile says. Steps in which everybody decodes are alike until somebody is done: up to `most` of them
   * make one stretch.
   */
  readonly plan: (neighbours: Neighbours, most: number, times: number) => Omit<Stretch, "from">
  /** Gives away the places of those that have ended. */
  readonly clean: () => void
}

export const make = (profile: Profile, maxNumSeqs: number, kv: KvCache): Batch => {
  let members: Array<Sequence> = []

  /** The newest makes room for the others, until each has a place for its next token. Whether any had to go. */
  const makeRoom = (preempted: (sequence: Sequence) => void): boolean => {
    const before = members.length
    while (members.length > 1 && !kv.fits(members.filter(Sequences.isPrefilled), 1)) {
      const newest = members.pop()!
      kv.release(newest)
      Sequences.preempt(newest)
      preempted(newest)
    }
    return members.length < before
  }

  /** How many steps go by before somebody is done or memory runs out. */
  const alike = (most: number): number => {
    let steps = most
    for (const { generated, outputTokens } of members) steps = Math.min(steps, outputTokens - generated)
    while (steps > 1 && !kv.fits(members, steps)) steps = Math.floor(steps / 2)
    return Math.max(1, steps)
  }

  return {
    members: () => members,
    contextTokens: () => members.reduce((total, sequence) => total + Sequences.context(sequence), 0),
    plan: ({ admit, preempted }, most, times) => {
      const crowded = makeRoom(preempted)
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
      for (;;) {
        // as vLLM does: whoever has just made room does not come back in the same step
        const sequence = !crowded && budget > 0 && members.length < maxNumSeqs ? admit() : undefined
        if (sequence === undefined) break
        members.push(sequence)
        prefill(sequence)
      }
      // After a step that made room, whoever made it may come back.
      const steps = most > 1 && !crowded && decoding === members.length ? alike(most) : 1
      return {
        steps,
        first: times * stepTime(profile, { decoding, prefillTokens, contextTokens }),
        slope: times * profile.k * decoding
      }
    },
    clean: () => {
      members = members.filter((sequence) => {
        if (sequence.finished === undefined) return true
        kv.release(sequence)
        return false
      })
    }
  }
}
