/** What the requests of one organisation, model and priority came to, in one minute or in many. */

export interface Tally {
  requests: number
  prompt: number
  output: number
  requeues: number
  refused: number
  evicted: number
  failed: number
  withdrawn: number
  /** By bucket of `Scale.times`: until the first grant, and from it to the first byte. */
  readonly wait: Map<number, number>
  readonly ttft: Map<number, number>
  /** By bucket of `Scale.lengths`. */
  readonly prompts: Map<number, number>
  readonly outputs: Map<number, number>
  /** Endings other than served and withdrawn, as `ending reason`. */
  readonly reasons: Map<string, number>
}

export const make = (): Tally => ({
  requests: 0,
  prompt: 0,
  output: 0,
  requeues: 0,
  refused: 0,
  evicted: 0,
  failed: 0,
  withdrawn: 0,
  wait: new Map(),
  ttft: new Map(),
  prompts: new Map(),
  outputs: new Map(),
  reasons: new Map()
})

const sums = ["requests", "prompt", "output", "requeues", "refused", "evicted", "failed", "withdrawn"] as const
const counts = ["wait", "ttft", "prompts", "outputs", "reasons"] as const

export const count = <A>(counts: Map<A, number>, at: A, more = 1): void => {
  counts.set(at, (counts.get(at) ?? 0) + more)
}

export const addTo = (sum: Tally, tally: Tally): void => {
  for (const name of sums) sum[name] += tally[name]
  for (const name of counts) {
    const into: Map<number | string, number> = sum[name]
    for (const [at, more] of tally[name]) count(into, at, more)
  }
}

/** Whose it is. */
export interface Kind {
  readonly organisation: string
  readonly model: string
  readonly priority: number
}

/** The tallies of one minute. */
export class Minute {
  private readonly tallies = new Map<string, Tally>()
  private readonly kinds = new Map<string, Kind>()

  of(kind: Kind): Tally {
    const id = `${kind.organisation}\u0000${kind.model}\u0000${kind.priority}`
    let tally = this.tallies.get(id)
    if (tally === undefined) {
      this.kinds.set(id, kind)
      this.tallies.set(id, tally = make())
    }
    return tally
  }

  *[Symbol.iterator](): Iterator<readonly [kind: Kind, tally: Tally]> {
    for (const [id, tally] of this.tallies) yield [this.kinds.get(id)!, tally]
  }
}
