/** What will happen, by the instant at which it does: virtual time jumps from one entry to the next. */
import type { Appointment, Timeline } from "./Timeline.ts"

export interface Entry extends Appointment {
  readonly at: number
  readonly order: number
  readonly run: () => void
}

/** Milliseconds of virtual time, from zero. */
export class Agenda implements Timeline {
  private readonly heap: Array<Entry> = []
  private order = 0
  now = 0

  /** Of entries for one instant, the first put in comes first; one for the past is for now. */
  put(at: number, run: () => void): Entry {
    const entry: Entry = { at: Math.max(at, this.now), order: this.order++, run, cancelled: false }
    this.heap.push(entry)
    this.rise(this.heap.length - 1)
    return entry
  }

  /** Runs all that happens until then, and leaves the clock there. */
  runTo(until: number): void {
    for (;;) {
      const next = this.heap[0]
      if (next === undefined || next.at > until) break
      this.drop()
      if (next.cancelled) continue
      this.now = next.at
      next.run()
    }
    this.now = Math.max(this.now, until)
  }

  private drop(): void {
    const last = this.heap.pop()!
    if (this.heap.length > 0) this.sink(last)
  }

  private rise(from: number): void {
    const { heap } = this
    const entry = heap[from]!
    let at = from
    while (at > 0) {
      const above = (at - 1) >>> 1
      if (!before(entry, heap[above]!)) break
      heap[at] = heap[above]!
      at = above
    }
    heap[at] = entry
  }

  private sink(entry: Entry): void {
    const { heap } = this
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && before(heap[below + 1]!, heap[below]!)) below++
      if (!before(heap[below]!, entry)) break
      heap[at] = heap[below]!
      at = below
    }
    heap[at] = entry
  }
}

const before = (a: Entry, b: Entry): boolean => a.at === b.at ? a.order < b.order : a.at < b.at
