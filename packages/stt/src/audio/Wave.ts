/** Samples of 16 bits, one channel, 16 kHz: what every Whisper listens to, and the file that carries them. */

export const rate = 16_000

/** One sample. */
export const bytes = 2

export const secondsOf = (length: number): number => length / (rate * bytes)

/** The byte at which an instant begins. */
export const offsetOf = (seconds: number): number => Math.round(seconds * rate) * bytes

/** The samples as a WAV file. */
export const file = (samples: Uint8Array): Uint8Array<ArrayBuffer> => {
  const head = Buffer.alloc(44)
  head.write("RIFF", 0)
  head.writeUInt32LE(36 + samples.length, 4)
  head.write("WAVEfmt ", 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(rate, 24)
  head.writeUInt32LE(rate * bytes, 28)
  head.writeUInt16LE(bytes, 32)
  head.writeUInt16LE(8 * bytes, 34)
  head.write("data", 36)
  head.writeUInt32LE(samples.length, 40)
  const whole = new Uint8Array(head.length + samples.length)
  whole.set(head)
  whole.set(samples, head.length)
  return whole
}
