/** The known name that a misspelt one was most likely meant to be. */

/** Edit distance with neighbouring letters swapped counting once. */
const distance = (a: string, b: string): number => {
  let before: Array<number> = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1))
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) best = Math.min(best, before[j - 2]! + 1)
      current.push(best)
    }
    before = previous
    previous = current
  }
  return previous[b.length]!
}

/** The nearest of `known` if it is near at all. */
export const nearest = (name: string, known: Iterable<string>): string | undefined => {
  // The distance is quadratic, and no name worth suggesting is longer than this.
  if (name.length > 80) return undefined
  const wanted = name.toLowerCase()
  let best: { readonly candidate: string; readonly steps: number } | undefined
  for (const candidate of known) {
    const steps = distance(wanted, candidate.toLowerCase())
    const allowed = Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) / 3))
    if (steps <= allowed && (best === undefined || steps < best.steps)) best = { candidate, steps }
  }
  return best?.candidate
}

/** A clause to end a message with: what was probably meant, else what there is. */
export const hint = (name: string, known: ReadonlyArray<string>): string => {
  const suggestion = nearest(name, known)
  if (suggestion !== undefined) return `; did you mean "${suggestion}"?`
  if (known.length === 0) return "; there are none"
  return `; there ${known.length === 1 ? "is" : "are"} ${known.slice(0, 20).join(", ")}${
    known.length > 20 ? ", …" : ""
  }`
}
