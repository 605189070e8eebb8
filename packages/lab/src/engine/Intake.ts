/**
 * The engine's front end: one process that reads requests and cuts them into tokens, one after another, and writes
 * answers in between, so that what has been read also waits for a chunk of each request that is being answered.
 */
import type { Profile } from "./Profile.ts"
import type { Sequence } from "./Sequence.ts"

export interface Intake {
  readonly size: () => number
  /** When the next one has been read. */
  readonly next: () => number | undefined
  /** Gives the instant at which it will have been read. */
  readonly push: (sequence: Sequence, now: number, running: number) => number
  /** Those that have been read by now. */
  readonly read: (now: number) => ReadonlyArray<Sequence>
  readonly withdraw: (sequence: Sequence) => boolean
}

export const make = ({ frontEnd }: Profile): Intake => {
  let reading: Array<{ readonly sequence: Sequence; readonly until: number }> = []
  let free = 0
  let last = 0

  return {
    size: () => reading.length,
    next: () => reading[0]?.until,
    push: (sequence, now, running) => {
      free = Math.max(free, now) + frontEnd.request
      last = Math.max(last, free + frontEnd.chunk * running)
      reading.push({ sequence, until: last })
      return last
    },
    read: (now) => {
      let count = 0
      while (count < reading.length && reading[count]!.until <= now) count++
      return count === 0 ? [] : reading.splice(0, count).map(({ sequence }) => sequence)
    },
    withdraw: (sequence) => {
      const left = reading.filter((entry) => entry.sequence !== sequence)
      const found = left.length < reading.length
      reading = left
      return found
    }
  }
}
