/** How much of the memory set aside for request bodies is in use, over all requests. */

export class HeldBytes {
  private readonly limit: number
  private held = 0

  constructor(limit: number) {
    this.limit = limit
  }

  get inUse(): number {
    return this.held
  }

  /** False, and nothing claimed, when there is not so much left. */
  claim(bytes: number): boolean {
    if (this.held + bytes > this.limit) return false
    this.held += bytes
    return true
  }

  release(bytes: number): void {
    this.held -= bytes
  }
}
