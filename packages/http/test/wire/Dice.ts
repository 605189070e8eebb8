/** Repeatable randomness: a failing case is named by its seed. */
export class Dice {
  private state: number

  constructor(seed: number) {
    this.state = seed >>> 0
  }

  /** Mulberry32. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let t = this.state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  below(n: number): number {
    return Math.floor(this.next() * n)
  }

  chance(p: number): boolean {
    return this.next() < p
  }

  pick<A>(from: ReadonlyArray<A>): A {
    return from[this.below(from.length)]!
  }
}

/** Cuts bytes where the dice say, empty chunks included. */
export const cut = (bytes: Buffer, dice: Dice, pieces: number): Array<Buffer> => {
  const at = Array.from({ length: pieces - 1 }, () => dice.below(bytes.length + 1)).sort((a, b) => a - b)
  return [0, ...at].map((start, i) => bytes.subarray(start, at[i] ?? bytes.length))
}

export const bytewise = (bytes: Buffer): Array<Buffer> => Array.from(bytes, (byte) => Buffer.of(byte))

/** What a connection that garbles or breaks may do. */
export const mutate = (bytes: Buffer, dice: Dice): Buffer => {
  const at = dice.below(bytes.length + 1)
  const byte = dice.chance(0.5) ? dice.below(256) : dice.pick([...Buffer.from("{}[]\",:\\0-+.eEu tfn\n")])
  switch (dice.below(4)) {
    case 0:
      return bytes.subarray(0, at)
    case 1:
      return Buffer.concat([bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at)])
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)])
    default:
      return Buffer.concat([bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at + 1)])
  }
}
