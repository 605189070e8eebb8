/** Rows of usage on their way to the database, in the form that it reads: taking one costs little, sending it less. */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { PgArray } from "./PgArray.ts"
import { elements, ofKinds, ofRows, type Own, type UsageRow } from "./UsageRow.ts"

const isInt4 = (value: number | null) => value === null || (value | 0) === value
const isInstant = (value: number | null) => value === null || Number.isFinite(value)

/** Whether the columns can hold it. */
const isWritable = (row: UsageRow): boolean =>
  isInt4(row.promptTokens) && isInt4(row.outputTokens) && isInt4(row.leasesAtGrant) && isInt4(row.requeues) &&
  isInt4(row.attempts) && isInt4(row.priority) && isInt4(row.status) && isInstant(row.arrivedAt) &&
  isInstant(row.grantedAt) && isInstant(row.firstByteAt) && isInstant(row.finishedAt)

/** Alike in all that is not a row's own. Names would be looked up for each row anew. */
const alike = (a: UsageRow, b: UsageRow): boolean =>
  a.keyId === b.keyId && a.keyName === b.keyName && a.organisation === b.organisation && a.model === b.model &&
  a.endpoint === b.endpoint && a.server === b.server && a.serverOrganisation === b.serverOrganisation &&
  a.site === b.site && a.stream === b.stream && a.estimated === b.estimated && a.strategy === b.strategy &&
  a.policy === b.policy && a.requeues === b.requeues && a.attempts === b.attempts && a.priority === b.priority &&
  a.routingMode === b.routingMode && a.ending === b.ending && a.reason === b.reason && a.status === b.status

/** Rows are numbered in the order of their coming, from `first`; a row is identified by its writer and its number. */
export class UsageBatch {
  /** A UUID that this process alone uses. */
  readonly writer: string
  readonly first: number
  private readonly kind: PgArray
  private readonly own: Record<Own, PgArray>
  private readonly kinds: Array<UsageRow> = []
  /** The numbers of the kinds of a key, and of the kind that came last: they count from 1. */
  private readonly ofKey = new Map<string | null, Array<number>>()
  private last = 0

  /** One like another that is full has room for as much from the start. */
  constructor(writer: string, first: number, like?: UsageBatch) {
    this.writer = writer
    this.first = first
    const column = (name: Own) => new PgArray(elements[name], like?.own[name].size)
    this.kind = new PgArray(PgTypes.OID.int4, like?.kind.size)
    this.own = {
      requestId: column("requestId"),
      arrivedAt: column("arrivedAt"),
      grantedAt: column("grantedAt"),
      firstByteAt: column("firstByteAt"),
      finishedAt: column("finishedAt"),
      promptTokens: column("promptTokens"),
      outputTokens: column("outputTokens"),
      audioSeconds: column("audioSeconds"),
      leasesAtGrant: column("leasesAtGrant"),
      score: column("score")
    }
  }

  get length(): number {
    return this.kind.length
  }

  /** False for a row that no database would take, which is left out. */
  add(row: UsageRow): boolean {
    if (!isWritable(row)) return false
    const { own } = this
    this.kind.add(this.last = this.kindOf(row))
    own.requestId.add(row.requestId)
    own.arrivedAt.add(row.arrivedAt)
    own.grantedAt.add(row.grantedAt)
    own.firstByteAt.add(row.firstByteAt)
    own.finishedAt.add(row.finishedAt)
    own.promptTokens.add(row.promptTokens)
    own.outputTokens.add(row.outputTokens)
    own.audioSeconds.add(row.audioSeconds)
    own.leasesAtGrant.add(row.leasesAtGrant)
    own.score.add(row.score)
    return true
  }

  /** Some of its rows, under the numbers that they have. */
  slice(from: number, to: number): UsageBatch {
    const part = new UsageBatch(this.writer, this.first + from)
    const arrays = this.arrays()
    part.arrays().forEach((array, index) => array.take(arrays[index]!, from, to))
    part.kinds.push(...this.kinds)
    return part
  }

  /** What the statements of `UsageInsert` ask for. */
  parameters(): ReadonlyArray<unknown> {
    const kinds = ofKinds.map((name) => {
      const array = new PgArray(elements[name])
      for (const kind of this.kinds) array.add(kind[name])
      return array
    })
    return [this.writer, BigInt(this.first), ...[...this.arrays(), ...kinds].map((array) => array.parameter())]
  }

  private arrays(): ReadonlyArray<PgArray> {
    return [this.kind, ...ofRows.map((name) => this.own[name])]
  }

  private kindOf(row: UsageRow): number {
    const { kinds, last } = this
    if (last > 0 && alike(kinds[last - 1]!, row)) return last
    let known = this.ofKey.get(row.keyId)
    if (known === undefined) this.ofKey.set(row.keyId, known = [])
    const found = known.find((number) => alike(kinds[number - 1]!, row))
    if (found !== undefined) return found
    const number = kinds.push(row)
    known.push(number)
    return number
  }
}

/** These rows, of which all must be writable. */
export const batchOf = (writer: string, first: number, rows: ReadonlyArray<UsageRow>): UsageBatch => {
  const batch = new UsageBatch(writer, first)
  for (const row of rows) batch.add(row)
  return batch
}
