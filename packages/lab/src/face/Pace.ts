/** The engine's clock: real time at a chosen speed, which a test can hold and move by hand. */

export interface Pace {
  /** Milliseconds since the start, on the engine's clock. */
  readonly now: () => number
  readonly paused: () => boolean
  readonly pause: () => void
  readonly resume: () => void
  /** Only while paused; never back. */
  readonly moveTo: (at: number) => void
  /** Real milliseconds until an instant of the engine's clock, for a timer. */
  readonly until: (at: number) => number
}

export const make = (options: { readonly speed: number; readonly paused: boolean }): Pace => {
  const { speed } = options
  let origin = performance.now()
  /** What the clock showed at `origin`. */
  let base = 0
  let paused = options.paused

  const now = () => paused ? base : base + (performance.now() - origin) * speed

  return {
    now,
    paused: () => paused,
    pause: () => {
      base = now()
      paused = true
    },
    resume: () => {
      if (paused) origin = performance.now()
      paused = false
    },
    moveTo: (at) => {
      base = Math.max(base, at)
    },
    // timers count in whole milliseconds: rounding up costs the step nothing, since the engine's clock does not wait
    until: (at) => Math.max(0, Math.ceil((at - now()) / speed))
  }
}
