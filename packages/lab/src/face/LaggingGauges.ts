/** Gauges that an engine writes at intervals: until the next one, they show what was so at the last. */
import type { Engine } from "../engine/Engine.ts"

export interface Gauges {
  readonly running: number
  readonly waiting: number
  readonly kvCache: number
}

export interface LaggingGauges {
  /** To be called after everything that happens to the engine. */
  readonly observe: () => void
  readonly read: () => Gauges
}

/** Between two things that happen an engine stays as it is, so what it was at an interval's end is known afterwards. */
export const make = (engine: Engine, now: () => number, every: number): LaggingGauges => {
  const current = (): Gauges => ({
    running: engine.running(),
    waiting: engine.waiting(),
    kvCache: engine.kvUsage()
  })
  let written = current()
  let last = written
  let interval = 0

  const observe = () => {
    const at = every > 0 ? Math.floor(now() / every) : 0
    if (at > interval) {
      written = last
      interval = at
    }
    last = current()
  }

  return {
    observe,
    read: () => {
      observe()
      return every > 0 ? written : last
    }
  }
}
