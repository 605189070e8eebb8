/** What became of the requests of a soak, as their users saw it. */

export const endings = [
  /** Everything that the engine meant to say. */
  "whole",
  /** Told by an error event, or by a connection that broke before the answer's own end. */
  "broken",
  /** The user hung up. */
  "left",
  /** A status of 400 or more instead of an answer. */
  "refused",
  /** It looked complete and was not: this must not be. */
  "silently short"
] as const

export type Ending = typeof endings[number]

export class Tally {
  readonly counts: Record<Ending, number> = { whole: 0, broken: 0, left: 0, refused: 0, "silently short": 0 }
  /** By status, then code. */
  readonly refusals = new Map<string, number>()
  tokens = 0
  /** Requests on their way now; of these, streams that have begun. */
  open = 0
  streaming = 0

  count(ending: Ending): void {
    this.counts[ending]++
  }

  refuse(what: string): void {
    this.refusals.set(what, (this.refusals.get(what) ?? 0) + 1)
  }
}
