/**
 * The bytes that have come of something that is not whole yet. They are copied, because a view would keep the whole
 * chunk alive; the store doubles, so that what comes byte by byte is still copied a constant number of times.
 */
const nothing = Buffer.alloc(0)
const smallest = 512
/** A larger store is given back once what it held is whole. */
const small = 16 * 1024

export class Incomplete {
  length = 0
  private store = nothing

  add(chunk: Buffer, from: number): void {
    const length = this.length + chunk.length - from
    if (length > this.store.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(smallest, length, 2 * this.store.length))
      this.store.copy(larger, 0, 0, this.length)
      this.store = larger
    }
    chunk.copy(this.store, this.length, from)
    this.length = length
  }

  /** What was held and the first bytes of a chunk, in a buffer of its own; nothing is held any more. */
  take(chunk: Buffer, until: number): Buffer {
    const bytes = Buffer.allocUnsafe(this.length + until)
    this.store.copy(bytes, 0, 0, this.length)
    chunk.copy(bytes, this.length, 0, until)
    this.length = 0
    if (this.store.length > small) this.store = nothing
    return bytes
  }

  clear(): void {
    this.store = nothing
    this.length = 0
  }
}
