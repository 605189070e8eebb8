/** Steps that follow one another without anybody coming or going: each reads a little more context than the last. */

export interface Stretch {
  readonly from: number
  readonly steps: number
  /** How long the first step lasts. */
  readonly first: number
  /** By how much each step is longer than the one before. */
  readonly slope: number
}

/** When so many of its steps have ended. */
export const endOf = ({ first, from, slope }: Stretch, steps: number): number =>
  from + steps * first + slope * steps * (steps - 1) / 2

export const end = (stretch: Stretch): number => endOf(stretch, stretch.steps)

/** Cut off at the end of the step that is in progress at an instant. */
export const cut = (stretch: Stretch, at: number): Stretch => {
  if (stretch.steps === 1 || end(stretch) <= at) return stretch
  let least = 0
  let most = stretch.steps
  while (most - least > 1) {
    const middle = (least + most) >>> 1
    if (endOf(stretch, middle) <= at) least = middle
    else most = middle
  }
  return { ...stretch, steps: most }
}
