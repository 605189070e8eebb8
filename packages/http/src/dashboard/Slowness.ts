/** Since when a server has been slow for a model: much slower than the best, or above what the model tolerates. */
import type { Board, ModelBoard, PairBoard } from "@aiguilleur/core/Board"
import type { Journal } from "./Journal.ts"

/** Three buckets of half as much again: more than three times as slow as the best. */
const slowBucket = 3

/** Below this nobody notices, nor below half of what the model tolerates where it says so. */
const noticeable = 200

/** A figure that swings around a bound is not told each time. */
const calm = 10_000

const isSlow = ({ bucket, ttft }: PairBoard, { policy, ttftThreshold }: ModelBoard): boolean => {
  if (ttft === undefined) return false
  const tolerated = policy === "performance" ? ttftThreshold : Infinity
  const least = policy === "performance" ? Math.max(noticeable, ttftThreshold / 2) : noticeable
  return ttft > tolerated || (bucket !== undefined && bucket >= slowBucket && ttft > least)
}

interface Spell {
  readonly since: number
  last: number
}

export class Slowness {
  private readonly spells = new Map<string, Spell>()
  private readonly journal: Journal

  constructor(journal: Journal) {
    this.journal = journal
  }

  watch({ at, models, servers }: Board): void {
    const byName = new Map(models.map((model) => [model.name, model]))
    const seen = new Set<string>()
    for (const { pairs, url } of servers) {
      for (const pair of pairs) {
        const id = `${url} ${pair.model}`
        seen.add(id)
        const spell = this.spells.get(id)
        if (isSlow(pair, byName.get(pair.model)!)) {
          if (spell !== undefined) spell.last = at
          else {
            this.spells.set(id, { since: at, last: at })
            this.journal.write({ at, kind: "slow", server: url, model: pair.model })
          }
        } else if (spell !== undefined && at - spell.last >= calm) {
          this.spells.delete(id)
          this.journal.write({ at, kind: "swift", server: url, model: pair.model })
        }
      }
    }
    for (const id of this.spells.keys()) if (!seen.has(id)) this.spells.delete(id)
  }

  since(server: string, model: string): number | undefined {
    return this.spells.get(`${server} ${model}`)?.since
  }
}
