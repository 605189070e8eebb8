/** Sequences that wait for a place in the batch, first come first served or by priority. */
import type { Sequence } from "./Sequence.ts"

export type Before = (left: Sequence, right: Sequence) => boolean

export const byArrival: Before = (left, right) => left.order < right.order

export const byPriority: Before = (left, right) =>
  left.priority === right.priority ? left.order < right.order : left.priority < right.priority

export interface WaitingQueue {
  /** Those whose client is still there. */
  readonly size: () => number
  readonly push: (sequence: Sequence) => void
  readonly peek: () => Sequence | undefined
  readonly pop: () => Sequence | undefined
  /** The caller has marked the sequence as aborted. */
  readonly withdraw: (sequence: Sequence) => void
}

export const make = (before: Before): WaitingQueue => {
  const heap: Array<Sequence> = []
  let size = 0

  const lift = (from: number) => {
    const moved = heap[from]!
    let at = from
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!before(moved, heap[parent]!)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = moved
  }

  const sink = (moved: Sequence) => {
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1
      if (!before(heap[child]!, moved)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = moved
  }

  const drop = () => {
    const top = heap[0]
    const last = heap.pop()
    if (heap.length > 0) sink(last!)
    return top
  }

  // the withdrawn stay where they are until they surface, so that leaving costs nothing
  const peek = () => {
    while (heap[0]?.aborted === true) drop()
    return heap[0]
  }

  return {
    size: () => size,
    push: (sequence) => {
      size += 1
      heap.push(sequence)
      lift(heap.length - 1)
    },
    peek,
    pop: () => {
      if (peek() === undefined) return undefined
      size -= 1
      return drop()
    },
    withdraw: () => {
      size -= 1
    }
  }
}
