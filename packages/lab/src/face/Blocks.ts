/** Hashes of a prompt's whole blocks, each standing for itself and all before it: by them a beginning is known again. */
import { blockTokens } from "../engine/KvCache.ts"
import { tokenBytes } from "./Speech.ts"

const blockBytes = blockTokens * tokenBytes

/** Two FNV-1a hashes of 32 bits, of which 53 bits are kept: a number that another prompt does not come to. */
export const hashes = (prompt: string): ReadonlyArray<number> => {
  const bytes = Buffer.from(prompt)
  const found: Array<number> = []
  let [high, low] = [0x811C9DC5, 0x1000193]
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!
    high = Math.imul(high ^ byte, 0x01000193)
    low = Math.imul(low ^ byte, 0x85EBCA6B)
    if ((at + 1) % blockBytes === 0) found.push((high >>> 0) * 2 ** 21 + (low >>> 11))
  }
  return found
}
