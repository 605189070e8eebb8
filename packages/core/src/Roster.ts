/**
 * A Map of what comes and goes by the thousand. A JavaScript Map that moves to a larger or a fresher table leaves the
 * outgrown one behind with a link to it; once such a table has grown old, all that were in it and in its successors
 * are kept until the whole heap is swept. Here a table holds slots that are emptied, so nothing is kept by them.
 */
interface Slot<A> {
  value: A | undefined
}

export class Roster<K, A> {
  private readonly slots = new Map<K, Slot<A>>()

  get size(): number {
    return this.slots.size
  }

  has(key: K): boolean {
    return this.slots.has(key)
  }

  get(key: K): A | undefined {
    return this.slots.get(key)?.value
  }

  /** The key must be new, or its last value deleted. */
  add(key: K, value: A): void {
    this.slots.set(key, { value })
  }

  delete(key: K): boolean {
    const slot = this.slots.get(key)
    if (slot === undefined) return false
    slot.value = undefined
    return this.slots.delete(key)
  }

  keys(): MapIterator<K> {
    return this.slots.keys()
  }

  /** In the order of their coming; those that go meanwhile are passed over. */
  *values(): Generator<A, void> {
    for (const { value } of this.slots.values()) yield value!
  }
}
