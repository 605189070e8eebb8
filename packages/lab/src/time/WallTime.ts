/** The wall's own time as a timeline: what is put down happens when its hour has come, by one timer each. */
import type { Appointment, Timeline } from "./Timeline.ts"

export interface WallTime extends Timeline {
  /** Whether nothing is put down any more but what was cancelled. */
  readonly isEmpty: () => boolean
  /** Nothing that was put down happens any more. */
  readonly stop: () => void
}

export const make = (): WallTime => {
  const origin = performance.now()
  const timers = new Map<Appointment, ReturnType<typeof setTimeout>>()
  const since = () => performance.now() - origin
  return {
    get now() {
      return since()
    },
    put: (at, run) => {
      const appointment: Appointment = { cancelled: false }
      const ring = () => {
        timers.delete(appointment)
        if (!appointment.cancelled) run()
      }
      timers.set(appointment, setTimeout(ring, Math.max(0, at - since())))
      return appointment
    },
    isEmpty: () => [...timers.keys()].every(({ cancelled }) => cancelled),
    stop: () => {
      for (const timer of timers.values()) clearTimeout(timer)
      timers.clear()
    }
  }
}
