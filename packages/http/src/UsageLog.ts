/** The port that takes what each lease gave and cost; it never holds a request up and never sees content. */
import type { LeaseRecord } from "@aiguilleur/core/Lease"
import type { Outcome } from "@aiguilleur/core/Outcome"
import { Context, Layer } from "effect"

/** One lease, settled. */
export interface UsageRow {
  /** Epoch milliseconds. */
  readonly at: number
  /** As the client knows it. */
  readonly requestId: string
  readonly ticket: string
  readonly path: string
  readonly stream: boolean
  readonly lease: LeaseRecord
  readonly outcome: Outcome["_tag"]
  /** Status that the engine answered, if it did. */
  readonly status: number | undefined
  readonly promptTokens: number | undefined
  readonly completionTokens: number | undefined
  /** The engine gave these figures; otherwise they were counted from what passed. */
  readonly reported: boolean
  /** Milliseconds from sending to the first data event of a successful stream. */
  readonly ttft: number | undefined
  /** Milliseconds from sending to the end. */
  readonly duration: number
}

export class UsageLog extends Context.Service<UsageLog, {
  /** Returns at once; what becomes of the row afterwards is the implementation's concern. */
  readonly offer: (row: UsageRow) => void
}>()("@aiguilleur/http/UsageLog") {}

/** Remembers the last rows, for tests and for a gateway without a database. */
export class RecentUsage {
  private readonly rows: Array<UsageRow> = []
  private readonly limit: number
  total = 0

  constructor(limit = 1_000) {
    this.limit = limit
  }

  offer(row: UsageRow): void {
    this.total++
    this.rows.push(row)
    // Trimmed by halves, so that one more row costs nothing on average.
    if (this.rows.length > 2 * this.limit) this.rows.splice(0, this.rows.length - this.limit)
  }

  get last(): ReadonlyArray<UsageRow> {
    return this.rows.slice(-this.limit)
  }
}

export const layerMemory = (recent: RecentUsage = new RecentUsage()): Layer.Layer<UsageLog> =>
  Layer.succeed(UsageLog, { offer: (row) => recent.offer(row) })
