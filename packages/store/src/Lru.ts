/** A map that forgets what was asked for least recently once it is full. */

export class Lru<V> {
  readonly #entries = new Map<string, V>()
  readonly #capacity: number

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#entries.size
  }

  /** Counts as a use: a Map iterates in the order of insertion, so the entry moves to its end. */
  get(name: string): V | undefined {
    const value = this.#entries.get(name)
    if (value === undefined) return undefined
    this.#entries.delete(name)
    this.#entries.set(name, value)
    return value
  }

  /** Returns what had to go for it. */
  set(name: string, value: V): V | undefined {
    this.#entries.delete(name)
    this.#entries.set(name, value)
    if (this.#entries.size <= this.#capacity) return undefined
    const [oldest, evicted] = this.#entries.entries().next().value!
    this.#entries.delete(oldest)
    return evicted
  }

  delete(name: string): void {
    this.#entries.delete(name)
  }

  clear(): void {
    this.#entries.clear()
  }
}
