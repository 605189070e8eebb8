/** What is known of one server's time to first token for one model, as a p95 in milliseconds. */

/** Fewer own samples than this say too little, so that many are kept however old they are. */
const enough = 5

/** Bounds the memory and the work of one pair; at more than about 68 streams a second the window is shorter. */
const most = 4_096

interface Sample {
  readonly at: number
  readonly ttft: number
}

/**
 * At least five own samples inside the window: their p95 (nearest rank); else the engine's own figure while it is
 * fresh; else the latest five there were, or the engine's figure if it is later; else unknown. A sample counts until
 * exactly `window` ms after it was taken.
 */
export class TtftWindow {
  readonly window: number
  /** By time. Pruned when one is added. */
  private samples: Array<Sample> = []
  /** The same samples by figure. */
  private ranked: Array<Sample> = []
  private engine: Sample | undefined
  private memo: { readonly from: number; readonly until: number; readonly ttft: number | undefined } | undefined

  constructor(window: number) {
    this.window = window
  }

  record(at: number, ttft: number): void {
    const cutoff = at - this.window
    while (this.samples.length >= enough && (this.samples[0]!.at <= cutoff || this.samples.length >= most)) {
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
    const own = this.latest()
    if (own === undefined || engine === undefined) return own ?? engine?.ttft
    return this.samples.at(-1)!.at >= engine.at ? own : engine.ttft
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

  /**
   * The p95 of five is the slowest of them. As new ones displace the old, a server that a policy held to one request at
   * a time because it was slow is looked at as it is now (docs/decisions/0012).
   */
  private latest(): number | undefined {
    return this.samples.length < enough
      ? undefined
      : this.samples.slice(-enough).reduce((slowest, { ttft }) => Math.max(slowest, ttft), 0)
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
