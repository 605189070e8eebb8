/** Seeded dice, so that a history is its seed. */

export interface Dice {
  /** In [0, 1). */
  readonly roll: () => number
  readonly below: (n: number) => number
  readonly pick: <A>(items: ReadonlyArray<A>) => A
  readonly chance: (probability: number) => boolean
  /** Undefined half of the time. */
  readonly perhaps: <A>(make: () => A) => A | undefined
}

/** Mulberry32. */
export const dice = (seed: number): Dice => {
  let state = seed >>> 0
  const roll = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n: number): number => Math.floor(roll() * n)
  return {
    roll,
    below,
    pick: (items) => items[below(items.length)]!,
    chance: (probability) => roll() < probability,
    perhaps: (make) => roll() < 0.5 ? make() : undefined
  }
}
