/** Nelder and Mead's search for the least value of a function of a few numbers, without dice. */

type Vector = ReadonlyArray<number>

interface Corner {
  readonly at: Vector
  readonly value: number
}

export const minimise = (of: (at: Vector) => number, start: Vector, step: number, rounds: number): Vector => {
  const corner = (at: Vector): Corner => ({ at, value: of(at) })
  const corners = [
    corner(start),
    ...start.map((_, place) => corner(start.map((value, other) => other === place ? value + step : value)))
  ]
  const byValue = (a: Corner, b: Corner) => a.value - b.value
  corners.sort(byValue)
  for (let round = 0; round < rounds; round++) {
    const best = corners[0]!
    const worst = corners.pop()!
    const middle = start.map((_, place) => corners.reduce((sum, { at }) => sum + at[place]!, 0) / corners.length)
    const beyond = (factor: number) => corner(middle.map((value, place) => value + factor * (value - worst.at[place]!)))
    const reflected = beyond(1)
    let chosen = reflected
    if (reflected.value < best.value) {
      const expanded = beyond(2)
      if (expanded.value < reflected.value) chosen = expanded
    } else if (reflected.value >= corners.at(-1)!.value) {
      chosen = beyond(reflected.value < worst.value ? 0.5 : -0.5)
    }
    if (chosen.value < worst.value) corners.push(chosen)
    else {
      // nothing on that line is better: all draw nearer to the best
      for (const [place, { at }] of corners.entries()) {
        if (place > 0) corners[place] = corner(at.map((value, axis) => (value + best.at[axis]!) / 2))
      }
      corners.push(corner(worst.at.map((value, axis) => (value + best.at[axis]!) / 2)))
    }
    corners.sort(byValue)
  }
  return corners[0]!.at
}
