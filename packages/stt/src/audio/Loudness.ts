/** How loud a recording is from moment to moment, and what in it is silence: measured against the recording itself. */
import { bytes, rate } from "./Wave.ts"

/** Seconds of one measurement. */
export const frame = 0.02

const samples = Math.round(frame * rate)

/** Decibels below full scale of each frame, fed piece by piece, so that hours need no more memory than their curve. */
export class Meter {
  private readonly levels: Array<number> = []
  private sum = 0
  private count = 0
  private odd: number | undefined = undefined

  push(piece: Uint8Array): void {
    let at = 0
    if (this.odd !== undefined && piece.length > 0) {
      this.sample(this.odd | piece[0]! << 8)
      at = 1
      this.odd = undefined
    }
    for (; at + bytes <= piece.length; at += bytes) this.sample(piece[at]! | piece[at + 1]! << 8)
    if (at < piece.length) this.odd = piece[at]
  }

  /** A frame that was not filled counts as well. */
  end(): ReadonlyArray<number> {
    if (this.count > 0) this.close()
    return this.levels
  }

  private sample(unsigned: number): void {
    const value = (unsigned << 16) >> 16
    this.sum += value * value
    if (++this.count === samples) this.close()
  }

  private close(): void {
    const power = this.sum / this.count / 32_768 ** 2
    this.levels.push(power === 0 ? -100 : Math.max(-100, 10 * Math.log10(power)))
    this.sum = 0
    this.count = 0
  }
}

/** Below it nobody speaks, whatever the recording. */
const inaudible = -60

/** How far below what is loud in it a recording's pauses are at least. */
const range = 30

/** The level from which on a frame may be speech: between the recording's own noise and its voices. */
export const threshold = (levels: ReadonlyArray<number>): number => {
  const sorted = [...levels].sort((one, other) => one - other)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? -100
  const noise = at(0.1)
  const loud = at(0.95)
  // With no pause at all the quietest tenth is speech too: then only what is far below the loudest is none.
  return Math.max(inaudible, Math.min(noise + 6, loud - 10), loud - range)
}
