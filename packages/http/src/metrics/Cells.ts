/** One cell for each pair of names that was seen, found without building a key: this is on every request's way. */

export class Cells<A> {
  private readonly rows = new Map<string, Map<string, A>>()
  private readonly make: () => A

  constructor(make: () => A) {
    this.make = make
  }

  of(first: string, second: string): A {
    let row = this.rows.get(first)
    if (row === undefined) this.rows.set(first, row = new Map())
    let cell = row.get(second)
    if (cell === undefined) row.set(second, cell = this.make())
    return cell
  }

  *[Symbol.iterator](): Iterator<readonly [first: string, second: string, cell: A]> {
    for (const [first, row] of this.rows) for (const [second, cell] of row) yield [first, second, cell]
  }
}

/** The cell of one priority, from 0; priorities are few and small. */
export const at = <A>(cells: Array<A>, priority: number, make: () => A): A => cells[priority] ??= make()

export const add = (counts: Map<string, number>, name: string, more = 1): void => {
  counts.set(name, (counts.get(name) ?? 0) + more)
}
