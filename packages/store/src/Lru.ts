/** A map that forgets, once it is full, something that was not asked for of late. */

interface Entry<V> {
  readonly value: V
  /** Asked for since it came, or since it was last spared. */
  asked: boolean
}

export class Lru<V> {
  readonly #entries = new Map<string, Entry<V>>()
  readonly #capacity: number

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#entries.size
  }

  /** Counts as a use. Its place stays: to move it, as often as it is asked for, would cost more than to look it up. */
  get(name: string): V | undefined {
    const entry = this.#entries.get(name)
    if (entry === undefined) return undefined
    entry.asked = true
    return entry.value
  }

  /** Returns what had to go for it: the oldest that was not asked for; those that were are spared once. */
  set(name: string, value: V): V | undefined {
    this.#entries.delete(name)
    const gone = this.#entries.size < this.#capacity ? undefined : this.evict()
    this.#entries.set(name, { value, asked: false })
    return gone
  }

  private evict(): V | undefined {
    for (const [oldest, entry] of this.#entries) {
      this.#entries.delete(oldest)
      if (!entry.asked) return entry.value
      entry.asked = false
      this.#entries.set(oldest, entry)
    }
    return undefined
  }

  delete(name: string): void {
    this.#entries.delete(name)
  }

  clear(): void {
    this.#entries.clear()
  }
}
