/** What is known of one server's time to first token for one model, as a p95 in milliseconds. */

/** Fewer own samples than this say too little. */
const enough = 5

/** Bounds the memory and the work of one pair; at more than about 68 streams a second the window is shorter. */
const most = 4_096

interface Sample {
  readonly at: number
  readonly ttft: number
}

interface Figure {
  readonly ttft: number
  readonly at: number
}

/**
 * At least five own samples inside the window: their p95 (nearest rank); else the engine's own figure while it is
 * fresh; else the last figure there was; else unknown. A sample counts until exactly `window` ms after it was taken.
 */
export class TtftWindow {
  readonly window: number
  /** By time. Pruned when one is added, so all of them were inside one window together. */
  private samples: Array<Sample> = []
  /** The same samples by figure. */
  private ranked: Array<Sample> = []
  private lastOwn: Figure | undefined
  private engine: Figure | undefined
  private memo: { readonly from: number; readonly until: number; readonly ttft: number | undefined } | undefined

  constructor(window: number) {
    this.window = window
  }

  record(at: number, ttft: number): void {
    const cutoff = at - this.window
    if (this.live(cutoff) < enough) this.lastOwn = this.ownBefore() ?? this.lastOwn
    while (this.samples.length > 0 && (this.samples[0]!.at <= cutoff || this.samples.length >= most)) {
      this.ranked.splice(this.ranked.indexOf(this.samples.shift()!), 1)
    }
    const sample = { at, ttft }
    this.samples.push(sample)
    this.ranked.splice(this.rankOf(ttft), 0, sample)
    this.memo = undefined
  }

  /** The engine's own p95 over the same window, as read at `at`. */
  observe(at: number, ttft: number): void {
    this.engine = { at, ttft }
    this.memo = undefined
  }

  figure(now: number): number | undefined {
    const memo = this.memo
    if (memo !== undefined && now >= memo.from && now < memo.until) return memo.ttft
    const ttft = this.compute(now)
    this.memo = { from: now, until: this.changesAt(now) ?? Infinity, ttft }
    return ttft
  }

  /** The next instant at which time alone may change the figure. */
  changesAt(now: number): number | undefined {
    const live = this.live(now - this.window)
    if (live >= enough) return this.samples[this.samples.length - live]!.at + this.window
    return this.engine !== undefined && now < this.engine.at + this.window ? this.engine.at + this.window : undefined
  }

  private compute(now: number): number | undefined {
    const cutoff = now - this.window
    const live = this.live(cutoff)
    if (live >= enough) return this.percentile(cutoff, live)
    const engine = this.engine
    if (engine !== undefined && now < engine.at + this.window) return engine.ttft
    const own = this.ownBefore() ?? this.lastOwn
    if (own === undefined || engine === undefined) return own?.ttft ?? engine?.ttft
    // Each was the figure until it was worth nothing: the engine's, until its reading left the window.
    return own.at >= engine.at + this.window ? own.ttft : engine.ttft
  }

  /** How many samples are younger than the cutoff. */
  private live(cutoff: number): number {
    let low = 0
    let high = this.samples.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.samples[middle]!.at <= cutoff) low = middle + 1
      else high = middle
    }
    return this.samples.length - low
  }

  private percentile(cutoff: number, live: number): number {
    let above = live - Math.ceil(0.95 * live)
    let at = this.ranked.length - 1
    // Expired samples still stand in the ranking until the next one is recorded.
    while (this.ranked[at]!.at <= cutoff || above-- > 0) at--
    return this.ranked[at]!.ttft
  }

  /** The own figure as it stood just before the window held too few. */
  private ownBefore(): Figure | undefined {
    if (this.samples.length < enough) return undefined
    let first = this.samples.length - enough
    const { at } = this.samples[first]!
    // Those taken in the same millisecond leave together.
    while (first > 0 && this.samples[first - 1]!.at === at) first--
    const ranked = this.samples.slice(first).map(({ ttft }) => ttft).sort((a, b) => a - b)
    return { ttft: ranked[Math.ceil(0.95 * ranked.length) - 1]!, at: at + this.window }
  }

  private rankOf(ttft: number): number {
    let low = 0
    let high = this.ranked.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.ranked[middle]!.ttft <= ttft) low = middle + 1
      else high = middle
    }
    return low
  }
}
