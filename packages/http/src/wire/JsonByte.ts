/** What each byte may be in JSON text, as tables, and the fastest way over the bytes of a string that mean nothing. */

const table = (has: (byte: number) => boolean) => Uint8Array.from({ length: 256 }, (_, byte) => has(byte) ? 1 : 0)

export const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

const among = (text: string) => {
  const bytes = bytesOf(text)
  return table((byte) => bytes.includes(byte))
}

/** Stands for itself in a string, and is a character of its own. */
export const plain = table((byte) => byte >= 0x20 && byte < 0x80 && byte !== 0x22 && byte !== 0x5c)
export const space = among(" \t\n\r")
export const digit = among("0123456789")
export const hexadecimal = among("0123456789abcdefABCDEF")
/** May follow a backslash, apart from `u`. */
export const escaped = among("\"\\/bfnrt")

export const isLeadByte = (byte: number): boolean => byte >= 0xc2 && byte <= 0xf4
export const continuations = (lead: number): number => lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3
// The bounds of the second byte exclude overlong forms, surrogates and everything above U+10FFFF.
export const secondLeast = (lead: number): number => lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
export const secondMost = (lead: number): number => lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf

/** Below this, a second view of a chunk costs more than it saves. */
const worthWords = 1024

/** Four bytes of a chunk at a time; `lag` is how far its first whole word lies inside the chunk. */
export interface Words {
  readonly words: Int32Array
  readonly lag: number
}

export const wordsOf = (chunk: Uint8Array): Words | undefined => {
  if (chunk.length < worthWords) return undefined
  const lag = -chunk.byteOffset & 3
  return { words: new Int32Array(chunk.buffer, chunk.byteOffset + lag, (chunk.length - lag) >> 2), lag }
}

/**
 * From `at` on, skips words of four plain bytes. A byte below 0x20, a quote, a backslash or a byte above 0x7f sets one
 * of the four high bits; a word that does is left to the reader of bytes.
 */
export const skipPlainWords = ({ lag, words }: Words, at: number): number => {
  if (at < lag || ((at - lag) & 3) !== 0) return at
  const count = words.length
  let i = (at - lag) >> 2
  while (i < count) {
    const word = words[i]!
    const hit = word | (word - 0x20202020) | ((word ^ 0x22222222) - 0x01010101) | ((word ^ 0x5c5c5c5c) - 0x01010101)
    if ((hit & 0x80808080) !== 0) break
    i++
  }
  return (i << 2) + lag
}
