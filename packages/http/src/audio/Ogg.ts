/** Ogg with Opus or Vorbis: the last page says which sample it ends with. */
import { type Container, hasText } from "./Source.ts"

/** A page is shorter than this. */
const tail = 65_307 + 27

const rateOf = (head: Buffer): { readonly rate: number; readonly skipped: number } | undefined => {
  const body = 27 + (head[26] ?? 0)
  if (hasText(head, body, "OpusHead") && head.length >= body + 12) {
    return { rate: 48_000, skipped: head.readUInt16LE(body + 10) }
  }
  if (hasText(head, body + 1, "vorbis") && head.length >= body + 16) {
    return { rate: head.readUInt32LE(body + 12), skipped: 0 }
  }
  return undefined
}

export const Ogg: Container = {
  is: (head) => hasText(head, 0, "OggS"),
  seconds: async ({ length, read }, head) => {
    const opened = rateOf(head)
    if (opened === undefined || opened.rate === 0) return undefined
    const end = await read(Math.max(0, length - tail), tail)
    for (let at = end.lastIndexOf("OggS"); at !== -1; at = at === 0 ? -1 : end.lastIndexOf("OggS", at - 1)) {
      if (end.length < at + 14) continue
      const samples = end.readBigInt64LE(at + 6)
      // A page on which no packet ends says −1.
      if (samples >= 0n) return Math.max(0, Number(samples) - opened.skipped) / opened.rate
    }
    return undefined
  }
}
