/** RIFF WAVE: bytes a second in one chunk, the data in another. */
import { type Container, hasText } from "./Source.ts"

const mostChunks = 64
/** What those write who stream and do not know the length yet. */
const unknown = 0xffffffff

export const Wav: Container = {
  is: (head) => hasText(head, 0, "RIFF") && hasText(head, 8, "WAVE"),
  seconds: async ({ length, read }) => {
    let rate = 0
    let at = 12
    for (let chunks = 0; chunks < mostChunks && at + 8 <= length; chunks++) {
      const chunk = await read(at, 20)
      if (chunk.length < 8) return undefined
      const size = chunk.readUInt32LE(4)
      if (hasText(chunk, 0, "fmt ") && chunk.length >= 20) rate = chunk.readUInt32LE(16)
      if (hasText(chunk, 0, "data")) {
        const left = length - at - 8
        return rate === 0 ? undefined : (size === 0 || size === unknown ? left : Math.min(size, left)) / rate
      }
      at += 8 + size + size % 2
    }
    return undefined
  }
}
