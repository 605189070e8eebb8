/** MPEG audio: the first frame says how many there are, or at which rate the bytes go by. */
import { type Container, hasText, type Source } from "./Source.ts"

const rates = [44_100, 48_000, 32_000]
const kilobits: Readonly<Record<string, ReadonlyArray<number>>> = {
  "1-1": [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  "1-2": [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  "1-3": [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  "2-1": [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  "2-2": [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
}

interface Frame {
  readonly rate: number
  readonly bytesPerSecond: number
  readonly samples: number
  /** Where a count of frames stands, if there is one. */
  readonly side: number
}

const frameOf = (bytes: Buffer, at: number): Frame | undefined => {
  if (bytes.length < at + 4 || bytes[at] !== 0xff || (bytes[at + 1]! & 0xe0) !== 0xe0) return undefined
  const [second, third, fourth] = [bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!]
  const version = [2.5, undefined, 2, 1][(second >> 3) & 3]
  const layer = [undefined, 3, 2, 1][(second >> 1) & 3]
  const base = rates[(third >> 2) & 3]
  if (version === undefined || layer === undefined || base === undefined) return undefined
  const table = version === 1 ? `1-${layer}` : layer === 1 ? "2-1" : "2-2"
  const kilobit = kilobits[table]![third >> 4]
  if (kilobit === undefined || kilobit === 0) return undefined
  const mono = fourth >> 6 === 3
  return {
    rate: base / (version === 1 ? 1 : version === 2 ? 2 : 4),
    bytesPerSecond: kilobit * 125,
    samples: layer === 1 ? 384 : layer === 3 && version !== 1 ? 576 : 1152,
    side: at + 4 + (version === 1 ? (mono ? 17 : 32) : mono ? 9 : 17)
  }
}

/** Past a tag of ID3v2, whose length has seven bits to a byte. */
const afterTag = (head: Buffer): number =>
  hasText(head, 0, "ID3") && head.length >= 10
    ? 10 + [6, 7, 8, 9].reduce((length, at) => length * 128 + (head[at]! & 0x7f), 0)
    : 0

const searched = 4096

const seconds = async ({ length, read }: Source, head: Buffer): Promise<number | undefined> => {
  const start = afterTag(head)
  const bytes = await read(start, searched)
  let at = 0
  let frame = frameOf(bytes, at)
  while (frame === undefined && at < bytes.length) frame = frameOf(bytes, ++at)
  if (frame === undefined) return undefined
  const counted = hasText(bytes, frame.side, "Xing") || hasText(bytes, frame.side, "Info")
  if (counted && bytes.length >= frame.side + 12 && (bytes.readUInt32BE(frame.side + 4) & 1) === 1) {
    return bytes.readUInt32BE(frame.side + 8) * frame.samples / frame.rate
  }
  return (length - start - at) / frame.bytesPerSecond
}

export const Mp3: Container = { is: (head) => hasText(head, 0, "ID3") || frameOf(head, 0) !== undefined, seconds }
