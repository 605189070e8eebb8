/** Recordings that are heard as speech: bursts of noise with pauses between them, or whatever a test is about. */

const rate = 16_000

const head = (bytes: number): Buffer => {
  const head = Buffer.alloc(44)
  head.write("RIFF", 0)
  head.writeUInt32LE(36 + bytes, 4)
  head.write("WAVEfmt ", 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(rate, 24)
  head.writeUInt32LE(2 * rate, 28)
  head.writeUInt16LE(2, 32)
  head.writeUInt16LE(16, 34)
  head.write("data", 36)
  head.writeUInt32LE(bytes, 40)
  return head
}

/** `loud(at)` in seconds; a small generator instead of dice, so that a recording is the same each time. */
export const sound = (seconds: number, loud: (at: number) => boolean): Buffer => {
  const samples = Buffer.alloc(2 * Math.round(seconds * rate))
  let noise = 1
  for (let index = 0; 2 * index < samples.length; index++) {
    noise = (noise * 1_103_515_245 + 12_345) % 2_147_483_648
    const value = noise / 2_147_483_648 - 0.5
    samples.writeInt16LE(Math.round(value * (loud(index / rate) ? 12_000 : 20)), 2 * index)
  }
  return Buffer.concat([head(samples.length), samples])
}

/** Three seconds of speech, half a second of silence, and so on. */
export const speech = (seconds: number): Buffer => sound(seconds, (at) => at % 3.5 < 3)

export const silence = (seconds: number): Buffer => sound(seconds, () => false)
