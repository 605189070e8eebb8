/** Texts in the encodings in which subtitle files come. */

/** A text of Windows has no control characters but these. */
const controls = new Set([0x09, 0x0a, 0x0c, 0x0d, 0x1a, 0x1b])

const markOf = (bytes: Buffer): "utf-16le" | "utf-16be" | undefined => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le"
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be"
  return undefined
}

export const isText = (bytes: Buffer): boolean =>
  markOf(bytes) !== undefined || !bytes.some((byte) => byte < 0x20 && !controls.has(byte))

/** Without its byte order mark. What is not UTF-8 is taken for Windows-1252, in which every byte means something. */
export const decode = (bytes: Buffer): string => {
  const mark = markOf(bytes)
  if (mark !== undefined) return new TextDecoder(mark).decode(bytes)
  try {
    // The last characters may be cut where only the beginning was read.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true })
  } catch {
    return new TextDecoder("windows-1252").decode(bytes)
  }
}
