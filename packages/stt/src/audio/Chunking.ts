/** Where a recording is cut: in its pauses, into pieces that Whisper takes at once, without what nobody says. */
import { frame, threshold } from "./Loudness.ts"

/** In seconds. Pieces follow each other without overlap, so nothing is heard twice. */
export interface Chunk {
  readonly start: number
  readonly end: number
}

/** Whisper hears thirty seconds at once; a cut is looked for from the first of these on. */
const shortest = 20
const longest = 28

/** Kept before and after speech, which begins and ends more softly than it sounds. */
const margin = 0.3

/** A pause that is longer is left out; a shorter one belongs to what is said. */
const pause = 2

/** Less than this between two pauses is a knock or a cough. */
const shortestSpeech = 0.1

interface Run {
  readonly from: number
  readonly to: number
}

const frames = (seconds: number): number => Math.round(seconds / frame)

/** Stretches in which something is heard, pauses that are short included. */
const heard = (levels: ReadonlyArray<number>, least: number): Array<Run> => {
  const runs: Array<{ from: number; to: number; loud: number }> = []
  for (const [index, level] of levels.entries()) {
    if (level < least) continue
    const last = runs.at(-1)
    if (last !== undefined && index - last.to <= frames(pause)) {
      last.to = index + 1
      last.loud++
    } else runs.push({ from: index, to: index + 1, loud: 1 })
  }
  return runs.filter(({ loud }) => loud >= frames(shortestSpeech))
}

/** The middle of the longest pause in the window, or of its quietest moment. */
const cut = (levels: ReadonlyArray<number>, from: number, to: number, least: number): number => {
  let best = { length: 0, at: -1 }
  for (let index = from, begun = -1; index <= to; index++) {
    const silent = index < to && levels[index]! < least
    if (silent && begun < 0) begun = index
    if (silent || begun < 0) continue
    const length = index - begun
    // The later of two alike: fewer pieces.
    if (length >= best.length) best = { length, at: begun + Math.floor(length / 2) }
    begun = -1
  }
  if (best.length >= frames(0.1)) return best.at
  let quietest = from
  for (let index = from; index < to; index++) if (levels[index]! <= levels[quietest]!) quietest = index
  return quietest
}

const split = ({ from, to }: Run, levels: ReadonlyArray<number>, least: number): Array<Run> => {
  const pieces: Array<Run> = []
  let start = from
  while (to - start > frames(longest)) {
    const at = Math.max(start + 1, cut(levels, start + frames(shortest), start + frames(longest), least))
    pieces.push({ from: start, to: at })
    start = at
  }
  pieces.push({ from: start, to })
  return pieces
}

/** Neighbours that fit into one piece together cost one call instead of two. */
const joined = (runs: ReadonlyArray<Run>): Array<Run> => {
  const made: Array<Run> = []
  for (const run of runs) {
    const last = made.at(-1)
    if (last !== undefined && run.to - last.from <= frames(longest)) {
      made[made.length - 1] = { from: last.from, to: run.to }
    } else made.push(run)
  }
  return made
}

/** Empty for a recording in which there is nothing to hear. */
export const chunks = (levels: ReadonlyArray<number>): ReadonlyArray<Chunk> => {
  const least = threshold(levels)
  const end = levels.length * frame
  const pieces = joined(heard(levels, least).flatMap((run) => split(run, levels, least)))
  return pieces.map(({ from, to }, index): Chunk => {
    const before = pieces[index - 1]?.to ?? 0
    const after = pieces[index + 1]?.from ?? levels.length
    // Half of what is left out between two pieces belongs to each of them at most.
    const start = Math.max(from * frame - margin, (before + from) / 2 * frame)
    const stop = Math.min(to * frame + margin, (to + after) / 2 * frame)
    return { start: Math.max(0, round(start)), end: Math.min(end, round(stop)) }
  })
}

const round = (seconds: number): number => Math.round(seconds * 1000) / 1000
