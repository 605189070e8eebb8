/** The memory for keys and values, in blocks of tokens: who holds how many, and which prefixes can be used again. */
import type { Profile } from "./Profile.ts"
import type { Sequence } from "./Sequence.ts"
import * as Sequences from "./Sequence.ts"

/** Tokens in a block, as vLLM has them. */
export const blockTokens = 16

const blocksFor = (tokens: number): number => Math.ceil(tokens / blockTokens)

export interface KvCache {
  /** Holds blocks for all that is to be computed before the first token, taking up a known prefix; false if they lack. */
  readonly admit: (sequence: Sequence) => boolean
  /** Whether each of them can compute so many more tokens. */
  readonly fits: (members: ReadonlyArray<Sequence>, steps: number) => boolean
  /** Holds what a sequence has come to need. */
  readonly grow: (sequence: Sequence) => void
  /** Gives back all of its blocks; those of a shared prefix stay known until they are needed for something else. */
  readonly release: (sequence: Sequence) => void
  /** Blocks held by somebody. */
  readonly held: () => number
}

export const make = (profile: Profile): KvCache => {
  const total = Math.floor(profile.kvTokens / blockTokens)
  /** How many sequences hold each known block. */
  const holders = new Map<number, number>()
  /** Known blocks that nobody holds, the longest unused first. */
  const idle = new Set<number>()
  let held = 0

  const take = (blocks: number) => {
    for (const hash of idle) {
      if (total - held - idle.size >= blocks) break
      idle.delete(hash)
      holders.delete(hash)
    }
    held += blocks
  }

  const known = (prefix: ReadonlyArray<number>): number => {
    let count = 0
    while (count < prefix.length && holders.has(prefix[count]!)) count++
    return count
  }

  const hold = (prefix: ReadonlyArray<number>, from: number) => {
    for (let at = from; at < prefix.length; at++) holders.set(prefix[at]!, 1)
  }

  const reuse = (prefix: ReadonlyArray<number>, count: number) => {
    for (let at = 0; at < count; at++) {
      const hash = prefix[at]!
      if (idle.delete(hash)) held += 1
      holders.set(hash, holders.get(hash)! + 1)
    }
  }

  return {
    admit: (sequence) => {
      const { prefix, pass } = sequence
      const reused = sequence.passes > 1 ? 0 : known(prefix)
      let waking = 0
      for (let at = 0; at < reused; at++) if (idle.has(prefix[at]!)) waking += 1
      const fresh = blocksFor(pass) - reused
      if (held + waking + fresh > total) return false
      reuse(prefix, reused)
      take(fresh)
      // a block that another sequence made known in between is held twice: by its hash, and as one of our own
      sequence.shared = sequence.passes > 1 ? 0 : prefix.length
      if (sequence.shared > 0) hold(prefix, reused)
      sequence.blocks = reused + fresh
      // the last token is always computed, or there would be nothing to sample from
      sequence.computed = Math.min(reused * blockTokens, pass - 1)
      sequence.reused = sequence.computed
      return true
    },
    fits: (members, steps) => {
      let blocks = 0
      for (const sequence of members) {
        blocks += Math.max(0, blocksFor(Sequences.context(sequence) + steps) - sequence.blocks)
      }
      return held + blocks <= total
    },
    grow: (sequence) => {
      const blocks = blocksFor(Sequences.context(sequence)) - sequence.blocks
      if (blocks <= 0) return
      take(blocks)
      sequence.blocks += blocks
    },
    release: (sequence) => {
      held -= sequence.blocks - sequence.shared
      // from the end, so that the beginning of a prefix outlives its tail
      for (let at = sequence.shared - 1; at >= 0; at--) {
        const hash = sequence.prefix[at]!
        const others = holders.get(hash)! - 1
        holders.set(hash, others)
        if (others > 0) continue
        held -= 1
        idle.add(hash)
      }
      sequence.blocks = sequence.shared = 0
    },
    held: () => held
  }
}
