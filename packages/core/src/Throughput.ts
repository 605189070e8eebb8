/** How many grants a model has had lately, decayed with a time constant of a minute; waits or not, all count. */

const window = 60_000

export class Throughput {
  private grants = 0
  private at = 0
  private since: number | undefined

  grant(now: number): void {
    this.grants = this.grants * Math.exp((this.at - now) / window) + 1
    this.at = now
    this.since ??= now
  }

  perMinute(now: number): number {
    if (this.since === undefined) return 0
    // A young count has not had the whole window to fill.
    const filled = 1 - Math.exp(-Math.max(1_000, now - this.since) / window)
    return 60_000 * this.grants * Math.exp((this.at - now) / window) / (window * filled)
  }
}
