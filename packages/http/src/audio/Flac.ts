/** FLAC: its first block says how many samples there are. */
import { type Container, hasText } from "./Source.ts"

export const Flac: Container = {
  is: (head) => hasText(head, 0, "fLaC"),
  seconds: (_, head) => {
    if (head.length < 26) return undefined
    // 20 bits of rate, 3 of channels, 5 of depth, 36 of samples, from byte 18 on.
    const rate = head.readUIntBE(18, 3) >> 4
    const samples = (head[21]! & 0x0f) * 2 ** 32 + head.readUInt32BE(22)
    return rate === 0 || samples === 0 ? undefined : samples / rate
  }
}
