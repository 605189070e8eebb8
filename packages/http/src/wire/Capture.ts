/** Keeps a piece of what passes in chunks, as views, up to a limit. */
export class Capture {
  private readonly limit: number
  private pieces: Array<Buffer> = []
  private length = 0

  constructor(limit: number) {
    this.limit = limit
  }

  /** False when it is too long. */
  add(chunk: Buffer, from: number, until: number): boolean {
    this.length += until - from
    if (this.length > this.limit) return false
    this.pieces.push(chunk.subarray(from, until))
    return true
  }

  /** Its bytes without the last few, and nothing is kept any more. */
  take(butLast: number, encoding: BufferEncoding): string {
    const text = Buffer.concat(this.pieces).toString(encoding, 0, this.length - butLast)
    this.pieces = []
    this.length = 0
    return text
  }
}
