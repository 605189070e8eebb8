/** Waiting tickets by the instant at which their patience is spent: a binary heap whose entries know their place. */

export interface Due {
  deadline: number
  /** Place in the heap; -1 outside it. */
  heapIndex: number
}

export class Deadlines<A extends Due> {
  private readonly heap: Array<A> = []

  get first(): A | undefined {
    return this.heap[0]
  }

  get size(): number {
    return this.heap.length
  }

  /** One whose time is up and that counts. Looks only at those whose time is up. */
  dueBy(now: number, counts: (item: A) => boolean, from = 0): A | undefined {
    const item = this.heap[from]
    if (item === undefined || item.deadline > now) return undefined
    return counts(item) ? item : this.dueBy(now, counts, 2 * from + 1) ?? this.dueBy(now, counts, 2 * from + 2)
  }

  add(item: A): void {
    item.heapIndex = this.heap.length
    this.heap.push(item)
    this.rise(item.heapIndex)
  }

  remove(item: A): void {
    const index = item.heapIndex
    if (index < 0) return
    item.heapIndex = -1
    const last = this.heap.pop()!
    if (last === item) return
    this.heap[index] = last
    last.heapIndex = index
    this.rise(index)
    this.sink(last.heapIndex)
  }

  private rise(from: number): void {
    const { heap } = this
    const item = heap[from]!
    let index = from
    while (index > 0) {
      const above = (index - 1) >>> 1
      if (heap[above]!.deadline <= item.deadline) break
      this.put(index, heap[above]!)
      index = above
    }
    this.put(index, item)
  }

  private sink(from: number): void {
    const { heap } = this
    const item = heap[from]!
    let index = from
    for (;;) {
      let below = 2 * index + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && heap[below + 1]!.deadline < heap[below]!.deadline) below++
      if (heap[below]!.deadline >= item.deadline) break
      this.put(index, heap[below]!)
      index = below
    }
    this.put(index, item)
  }

  private put(index: number, item: A): void {
    this.heap[index] = item
    item.heapIndex = index
  }
}
