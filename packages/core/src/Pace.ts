/** How fast a queue moves: the work that was granted of it lately, over the time that took while something waited. */

/** Grants remembered. */
const memory = 512

/** Fewer than these say too little: chance speaks louder than the pace. */
const enough = 3

/** A spell that is young is measured with what came before it, down to so many grants. */
const least = 24
const many = 80

/** Of a long spell its last third counts: the pace changes while it lasts. */
const share = 3

/** Nobody's wait is known better than this. */
const leastSpread = 1.2

export class Pace {
  /** The base priority of the line; of a whole queue, none. */
  readonly priority: number
  /** How many wait, and the sum of the work that they are expected to be. */
  waiting = 0
  work = 0
  /** When it was last of any use. */
  usedAt = 0
  /** Milliseconds in which something waited, up to `since`. */
  private busy = 0
  private since = 0
  /** What `busy` was, and how many grants there had been, when the present spell of waiting began. */
  private spellAt = 0
  private spellGrants = 0
  private grants = 0
  private granted = 0
  /** For each of the last grants, on a ring: `busy` then, and all the work granted until then. */
  private times: Float64Array | undefined
  private works: Float64Array | undefined

  constructor(priority: number) {
    this.priority = priority
  }

  enter(now: number, work: number): void {
    if (this.waiting++ === 0) {
      this.since = now
      this.spellAt = this.busy
      this.spellGrants = this.grants
    }
    this.work += work
    this.usedAt = now
  }

  leave(now: number, work: number): void {
    this.busy += now - this.since
    this.since = now
    this.work = --this.waiting === 0 ? 0 : this.work - work
    this.usedAt = now
  }

  /** After `leave`, for one that had waited: whoever is served on arrival says nothing of a queue. */
  grant(work: number): void {
    this.times ??= new Float64Array(memory)
    this.works ??= new Float64Array(memory)
    const at = this.grants++ % memory
    this.granted += work
    this.times[at] = this.busy
    this.works[at] = this.granted
  }

  /** Milliseconds for a unit of work; undefined before there were enough grants. */
  get perWork(): number | undefined {
    if (this.grants < enough + 1) return undefined
    const spell = this.grants - this.spellGrants
    const count = Math.min(this.known - 1, Math.max(least, Math.min(spell, many), Math.round(spell / share)))
    const work = this.workAt(0) - this.workAt(count)
    return work > 0 ? (this.timeAt(0) - this.timeAt(count)) / work : undefined
  }

  /** How much longer than expected so much work takes in one case of ten: as it did lately, and more so in a young spell. */
  spread(work: number, expected: number, now: number): number {
    const spell = this.busy - this.spellAt + (this.waiting > 0 ? now - this.since : 0)
    const young = 1 + 0.3 * Math.min(1, expected / Math.max(1, spell))
    if (this.known < 8) return 2 * young
    const whole = this.workAt(0) - this.workAt(this.known - 1)
    const block = Math.min(work, whole / 3)
    const durations = this.durations(block)
    const middle = durations[durations.length >> 1]
    if (middle === undefined || middle <= 0) return 2 * young
    const high = durations[Math.min(durations.length - 1, Math.floor(0.9 * durations.length))]!
    // What takes many blocks varies less than one of them.
    return Math.max(leastSpread, 1 + (high / middle - 1) / Math.sqrt(work / block)) * young
  }

  private get known(): number {
    return Math.min(this.grants, memory)
  }

  /** Of the last grant for 0, of the one before for 1. */
  private timeAt(back: number): number {
    return this.times![(this.grants - 1 - back) % memory]!
  }

  private workAt(back: number): number {
    return this.works![(this.grants - 1 - back) % memory]!
  }

  /** How long each stretch of this much work took, in order. */
  private durations(work: number): Float64Array {
    const found = new Float64Array(memory)
    let count = 0
    let end = this.known - 1
    for (let start = this.known - 1; start > 0; start--) {
      while (end >= 0 && this.workAt(end) - this.workAt(start) < work) end--
      if (end < 0) break
      found[count++] = this.timeAt(end) - this.timeAt(start)
    }
    return found.subarray(0, count).sort()
  }
}
