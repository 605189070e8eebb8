/** The port that takes what each request got and cost once it has ended; it holds nothing up and sees no content. */
import type { DispatchError } from "@aiguilleur/core/DispatchError"
import type { LeaseRecord } from "@aiguilleur/core/Lease"
import type { Model } from "@aiguilleur/core/Model"
import type { Outcome } from "@aiguilleur/core/Outcome"
import type { Ticket } from "@aiguilleur/core/Ticket"
import { Context, Layer } from "effect"
import type { KeyEntry } from "./Keys.ts"

/** One lease, settled. */
export interface Attempt {
  readonly lease: LeaseRecord
  readonly outcome: Outcome["_tag"]
  /** Status that the engine answered, if it did. */
  readonly status: number | undefined
  readonly promptTokens: number | undefined
  readonly completionTokens: number | undefined
  /** Of audio that was heard. */
  readonly audioSeconds: number | undefined
  /** The engine gave these figures; otherwise they were counted from what passed. */
  readonly reported: boolean
  /** Milliseconds from sending to the first data event of a successful stream. */
  readonly ttft: number | undefined
  /** Milliseconds from sending to the end. */
  readonly duration: number
}

export type Ending = "released" | DispatchError["ending"] | "withdrawn"

/** One request whose key was known and whose body named a model. Instants are epoch milliseconds. */
export interface EndedRequest {
  /** As the client knows it. */
  readonly requestId: string
  readonly path: string
  readonly stream: boolean
  readonly key: KeyEntry
  /** As the client named it. */
  readonly asked: string
  /** Undefined if there is none of that name. */
  readonly model: Model | undefined
  /** Undefined if it was refused before it became a ticket. */
  readonly ticket: Ticket | undefined
  readonly arrivedAt: number
  readonly firstByteAt: number | undefined
  readonly finishedAt: number
  /** In their order; the last one is what the client saw, if it saw any. */
  readonly attempts: ReadonlyArray<Attempt>
  readonly ending: Ending
  /** Why, where the ending alone does not say. */
  readonly reason: string | undefined
  /** Status that the client was answered, if it was. */
  readonly status: number | undefined
  /** The caller's own trace, from its `traceparent`. */
  readonly trace: string | undefined
}

/**
 * When an attempt's server was granted, on the request's own clock: the dispatcher's only moves forward, and the two
 * may drift apart.
 */
export const grantedAt = (request: EndedRequest, { arrivedAt }: LeaseRecord, granted: number): number =>
  Math.min(request.firstByteAt ?? request.finishedAt, request.arrivedAt + Math.max(0, granted - arrivedAt))

export class UsageLog extends Context.Service<UsageLog, {
  /** Returns at once; what becomes of it afterwards is the implementation's concern. */
  readonly offer: (request: EndedRequest) => void
}>()("@aiguilleur/http/UsageLog") {}

/** Remembers the last requests, for tests and for a gateway without a database. */
export class RecentUsage {
  private readonly rows: Array<EndedRequest> = []
  private readonly limit: number
  total = 0

  constructor(limit = 1_000) {
    this.limit = limit
  }

  offer(row: EndedRequest): void {
    this.total++
    this.rows.push(row)
    // Trimmed by halves, so that one more row costs nothing on average.
    if (this.rows.length > 2 * this.limit) this.rows.splice(0, this.rows.length - this.limit)
  }

  get last(): ReadonlyArray<EndedRequest> {
    return this.rows.slice(-this.limit)
  }

  /** Every lease of the last requests. */
  get attempts(): ReadonlyArray<Attempt> {
    return this.last.flatMap(({ attempts }) => attempts)
  }
}

export const layerMemory = (recent: RecentUsage = new RecentUsage()): Layer.Layer<UsageLog> =>
  Layer.succeed(UsageLog, { offer: (row) => recent.offer(row) })
