/** One request on its way through the gateway, over all of its attempts. */
import type { Endpoint } from "@aiguilleur/backends/Endpoint"
import { endpointOf } from "@aiguilleur/backends/Endpoint"
import type { DispatchError } from "@aiguilleur/core/DispatchError"
import type { Model } from "@aiguilleur/core/Model"
import type { Ticket } from "@aiguilleur/core/Ticket"
import type { IncomingHttpHeaders } from "node:http"
import type { Downstream, FlatHeaders } from "./Downstream.ts"
import type { Watched } from "./InFlight.ts"
import type { KeyEntry } from "./Keys.ts"
import { stopping } from "./OpenAiError.ts"
import type { ReceivedBody } from "./ReceivedBody.ts"
import type { Upload } from "./upload/Upload.ts"
import type { Attempt } from "./UsageLog.ts"

/** An engine's own error, kept in case no other server does better. */
export interface EngineAnswer {
  readonly status: number
  readonly headers: FlatHeaders
  readonly body: Buffer
}

/** As fibers have it. */
export interface Abandonable {
  readonly interruptUnsafe: () => void
}

export class Passage implements Watched {
  /** Unique among all that is alive, whatever the caller calls its request. */
  readonly ticket: string
  /** As received, with its query. */
  readonly path: string
  /** Undefined for a path that no engine's table knows. */
  readonly endpoint: Endpoint | undefined
  readonly headers: IncomingHttpHeaders
  readonly downstream: Downstream
  body: ReceivedBody | undefined = undefined
  /** Claimed of the memory for bodies. */
  heldBytes = 0
  /** Where a form is kept. */
  upload: Upload | undefined = undefined
  lastEngineAnswer: EngineAnswer | undefined = undefined
  /** Whose it is, once that is known. */
  entry: KeyEntry | undefined = undefined
  model: Model | undefined = undefined
  /** What the dispatcher was asked. */
  request: Ticket | undefined = undefined
  /** Why the dispatcher gave no server, or no more of them. */
  failure: DispatchError | undefined = undefined
  readonly attempts: Array<Attempt> = []
  /** Epoch milliseconds; arrived is when its body was complete. */
  arrivedAt = 0
  /** The same moment in monotonic milliseconds. */
  private arrived = 0
  firstByteAt: number | undefined = undefined
  /** Monotonic milliseconds at the first grant. */
  grantedAt: number | undefined = undefined
  /** Requests sent to engines so far: each gets an id of its own, since engines refuse one that they still know. */
  sends = 0
  /** What has deadlines at the moment: the reception of the body, or an attempt. */
  current: Watched | undefined = undefined
  /** What is given up when the client is gone. */
  private underWay: Abandonable | undefined = undefined
  /** The client is gone. */
  abandoned = false

  constructor(ticket: string, path: string, headers: IncomingHttpHeaders, downstream: Downstream) {
    this.ticket = ticket
    this.path = path
    this.endpoint = endpointOf(path)
    this.headers = headers
    this.downstream = downstream
  }

  /** Its body is complete, at this time of the wall clock. */
  arrive(at: number): void {
    this.arrivedAt = at
    this.arrived = performance.now()
  }

  /** Now, in epoch milliseconds: as much later than its arrival as time has passed, whatever the wall clock does. */
  instant(): number {
    return this.arrivedAt + Math.round(performance.now() - this.arrived)
  }

  /**
   * An object and not a function that calls it: V8 puts functions that are assigned to properties among what is old,
   * from where a dead one keeps all that it sees until the whole heap is swept.
   */
  proceed(underWay: Abandonable): void {
    this.underWay = underWay
  }

  abandon(): void {
    this.abandoned = true
    this.underWay?.interruptUnsafe()
  }

  check(now: number): void {
    this.current?.check(now)
  }

  stop(): void {
    if (this.current === undefined) this.downstream.fail(stopping)
    else this.current.stop()
  }
}
