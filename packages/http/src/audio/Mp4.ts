/** MP4 and M4A: boxes within boxes, of which one says how long the movie is. */
import { type Container, hasText, type Source } from "./Source.ts"

const mostBoxes = 64

/** Where the content of the first box of that name starts, between two places. */
const find = async (
  { length, read }: Source,
  name: string,
  from: number,
  until = length
): Promise<number | undefined> => {
  let at = from
  for (let boxes = 0; boxes < mostBoxes && at + 8 <= until; boxes++) {
    const box = await read(at, 16)
    if (box.length < 8) return undefined
    const short = box.readUInt32BE(0)
    const isLong = short === 1
    if (isLong && box.length < 16) return undefined
    if (hasText(box, 4, name)) return at + (isLong ? 16 : 8)
    const size = isLong ? Number(box.readBigUInt64BE(8)) : short
    // One without a size goes on to the end.
    if (size < 8) return undefined
    at += size
  }
  return undefined
}

export const Mp4: Container = {
  is: (head) => hasText(head, 4, "ftyp"),
  seconds: async (source) => {
    const movie = await find(source, "moov", 0)
    const header = movie === undefined ? undefined : await find(source, "mvhd", movie)
    if (header === undefined) return undefined
    const bytes = await source.read(header, 32)
    if (bytes.length < 32) return undefined
    const isLong = bytes[0] === 1
    const scale = bytes.readUInt32BE(isLong ? 20 : 12)
    const duration = isLong ? Number(bytes.readBigUInt64BE(24)) : bytes.readUInt32BE(16)
    return scale === 0 || duration === 0 ? undefined : duration / scale
  }
}
