/** Whether a file is a whole Whisper model in whisper.cpp's format: its parts are counted, its weights not read. */
import * as fs from "node:fs"

const magic = 0x67_67_6d_6c

/** Bytes of so many weights of a kind, by ggml's number of it. */
const blocks: Readonly<Record<number, readonly [weights: number, bytes: number]>> = {
  0: [1, 4],
  1: [1, 2],
  2: [32, 18],
  3: [32, 20],
  6: [32, 22],
  7: [32, 24],
  8: [32, 34],
  10: [256, 84],
  11: [256, 110],
  12: [256, 144],
  13: [256, 176],
  14: [256, 210]
}

class Reader {
  private at = 0
  private readonly handle: number
  readonly size: number

  constructor(handle: number) {
    this.handle = handle
    this.size = fs.fstatSync(handle).size
  }

  get position(): number {
    return this.at
  }

  skip(bytes: number): boolean {
    this.at += bytes
    return this.at <= this.size
  }

  /** Undefined when the file ends before. */
  integers(count: number): ReadonlyArray<number> | undefined {
    const buffer = Buffer.alloc(4 * count)
    if (fs.readSync(this.handle, buffer, 0, buffer.length, this.at) < buffer.length) return undefined
    this.at += buffer.length
    return Array.from({ length: count }, (_, index) => buffer.readInt32LE(4 * index))
  }
}

/** Parameters, filters and vocabulary; undefined where they end early or make no sense. */
const head = (reader: Reader): boolean => {
  const parameters = reader.integers(12)
  if (parameters === undefined || parameters.slice(1).some((value) => value < 0)) return false
  const [mels = 0, bins = 0] = reader.integers(2) ?? []
  if (mels * bins <= 0 || mels > 1024 || bins > 65_536 || !reader.skip(4 * mels * bins)) return false
  const [words = 0] = reader.integers(1) ?? []
  if (words <= 0 || words > 1_000_000) return false
  for (let word = 0; word < words; word++) {
    const [length = -1] = reader.integers(1) ?? []
    if (length < 0 || !reader.skip(length)) return false
  }
  return true
}

const tensors = (reader: Reader): boolean => {
  let found = 0
  while (reader.position < reader.size) {
    const [dimensions = 0, nameLength = 0, kind = -1] = reader.integers(3) ?? []
    const block = blocks[kind]
    if (dimensions < 1 || dimensions > 4 || nameLength < 1 || block === undefined) return false
    const shape = reader.integers(dimensions)
    if (shape === undefined || shape.some((size) => size < 1)) return false
    const weights = shape.reduce((product, size) => product * size, 1)
    if (!reader.skip(nameLength + Math.ceil(weights / block[0]) * block[1])) return false
    found++
  }
  return found > 0
}

export type Verdict = "whole" | "truncated" | "foreign"

export const inspect = (file: string): Verdict => {
  const handle = fs.openSync(file, "r")
  try {
    const reader = new Reader(handle)
    const first = Buffer.alloc(4)
    if (fs.readSync(handle, first, 0, 4, 0) < 4 || first.readUInt32LE() !== magic) return "foreign"
    return head(reader) && tensors(reader) ? "whole" : "truncated"
  } finally {
    fs.closeSync(handle)
  }
}
