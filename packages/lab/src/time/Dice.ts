/** Reproducible chance: a stream of numbers that depends on its seed and its name alone (sfc32). */

export interface Dice {
  /** In [0, 1). */
  readonly roll: () => number
  /** Mean 1: the time between events that do not know of one another. */
  readonly exponential: () => number
  /** Mean 0, standard deviation 1. */
  readonly normal: () => number
}

/** Four well-mixed words from a text (cyrb128). */
const words = (text: string): [number, number, number, number] => {
  let [a, b, c, d] = [1_779_033_703, 3_144_134_277, 1_013_904_242, 2_773_480_762]
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    a = b ^ Math.imul(a ^ code, 597_399_067)
    b = c ^ Math.imul(b ^ code, 2_869_860_233)
    c = d ^ Math.imul(c ^ code, 951_274_213)
    d = a ^ Math.imul(d ^ code, 2_716_044_179)
  }
  return [a, b, c, d]
}

/** Two names give two streams that have nothing to do with each other. */
export const make = (seed: number, name: string): Dice => {
  let [a, b, c, d] = words(`${seed} ${name}`)
  const roll = () => {
    const sum = (a + b + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum | 0
    return (sum >>> 0) / 4_294_967_296
  }
  for (let warming = 0; warming < 12; warming++) roll()
  return {
    roll,
    exponential: () => -Math.log(1 - roll()),
    normal: () => Math.sqrt(-2 * Math.log(1 - roll())) * Math.cos(2 * Math.PI * roll())
  }
}
