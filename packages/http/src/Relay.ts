/** One attempt: sends a request to its leased server and lets the answer's bytes through, without Effect on their way. */
import type { Backend, Rewrite } from "@aiguilleur/core/Backend"
import type { Attempt } from "@aiguilleur/core/Dispatcher"
import type { Lease } from "@aiguilleur/core/Lease"
import { isRetriable, Outcome } from "@aiguilleur/core/Outcome"
import { Effect } from "effect"
import type { Dispatcher } from "undici"
import type { Answer, Exchange } from "./Answer.ts"
import { noTokens } from "./Answer.ts"
import type { Connection } from "./Connections.ts"
import { EventsAnswer } from "./EventsAnswer.ts"
import type { Received } from "./ForwardedHead.ts"
import { labelOf, sentAs, toClient, toEngine } from "./ForwardedHead.ts"
import type { Watched } from "./InFlight.ts"
import type { OpenAiError } from "./OpenAiError.ts"
import { stopping, streamBroken, totalSpent } from "./OpenAiError.ts"
import type { Passage } from "./Passage.ts"
import type { RelayContext } from "./RelayContext.ts"
import { settle } from "./Settlement.ts"
import { protocolOf } from "./StreamProtocol.ts"
import type { Completed } from "./Turn.ts"
import { WholeAnswer } from "./WholeAnswer.ts"

/** What the client is still to be told; nothing if it has its answer, or is gone. */
export type Relayed = Attempt<OpenAiError | undefined>

const aborted = new Error("The gateway has no more use for this answer.")

// What an old socket that the server has closed looks like; a server that is down refuses instead.
const resets: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"])

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "UNKNOWN"

export class Relay implements Dispatcher.DispatchHandler, Exchange, Completed, Watched {
  readonly passage: Passage
  readonly lease: Lease
  readonly backend: Backend
  readonly rewrite: Rewrite
  readonly withheld: number
  readonly now: () => number
  private readonly context: RelayContext
  private readonly resume: (relayed: Effect.Effect<Relayed>) => void
  private connection: Connection | undefined = undefined
  private controller: Dispatcher.DispatchController | undefined = undefined
  private answer: Answer | undefined = undefined
  private status: number | undefined = undefined
  private reused = false
  private retriedFresh = false
  private sent = false
  private complete = false
  private done = false
  private paused = false
  private delivering = false
  /** How it ended, until that is settled. */
  private ending: Outcome | undefined = undefined
  private ttft: number | undefined = undefined
  private sentAt = 0
  private lastAt = 0

  constructor(
    context: RelayContext,
    passage: Passage,
    lease: Lease,
    resume: (relayed: Effect.Effect<Relayed>) => void
  ) {
    this.context = context
    this.passage = passage
    this.lease = lease
    this.resume = resume
    this.withheld = context.settings.withheld
    this.now = context.now
    this.backend = context.backendOf(lease.server.kind)
    this.rewrite = this.backend.rewrite(lease.server, lease.model, {
      path: passage.path,
      stream: passage.body!.scanned.stream,
      includeUsage: passage.body!.scanned.includeUsage === true,
      priority: lease.priority,
      bestPriority: context.settings.bestPriority
    })
    passage.current = this
    passage.grantedAt ??= performance.now()
  }

  start(connection: Connection = this.context.connections.take(this.context.originOf(this.lease.server.url))): void {
    const { body, contentType, length } = this.passage.body!.payload(this.rewrite.fields)
    const requestId = sentAs(this.passage.ticket, this.passage.sends++)
    const headers = toEngine(this.passage.headers, this.rewrite, contentType, requestId)
    if (!(body instanceof Uint8Array)) headers.push("content-length", String(length))
    this.connection = connection
    this.reused = connection.served
    this.sentAt = this.lastAt = performance.now()
    connection.dispatch({
      method: "POST",
      path: this.rewrite.path,
      headers,
      // An iterable is what undici sends piece by piece; its types know of streams alone.
      body: body as never
    }, this)
  }

  // From undici.

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller
    this.sent = true
    if (this.done) controller.abort(aborted)
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Received): void {
    // Interim answers, such as 103, are between the engine and us.
    if (status < 200 || this.done) return
    this.status = status
    this.lastAt = performance.now()
    const protocol = status < 300 ? protocolOf(this.passage.endpoint, headers) : undefined
    this.answer = protocol === undefined
      ? new WholeAnswer(this, status, headers)
      : new EventsAnswer(this, status, headers, protocol)
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.done) return
    this.lastAt = performance.now()
    this.answer?.data(chunk)
  }

  onResponseEnd(): void {
    this.complete = true
    // Out of undici's parser: what follows may put the next request on this very socket.
    this.context.turn.complete(this)
  }

  onResponseError(_: Dispatcher.DispatchController | null, error: Error): void {
    if (this.done) return
    if (this.answer?.over === true) return this.answer.end()
    if (this.answer?.begun === true) return this.break(streamBroken, Outcome.Broken())
    const code = codeOf(error)
    if (this.reused && this.answer === undefined && !this.retriedFresh && resets.has(code)) {
      this.retriedFresh = true
      this.sent = false
      this.connection?.destroy()
      return this.start(this.context.connections.fresh(this.connection!.origin))
    }
    this.abort(this.backend.classify({ _tag: "Fault", code, sent: this.sent }))
  }

  // From the end of the turn that brought the end of the answer.

  deliver(): void {
    if (this.done) return
    this.delivering = true
    this.answer?.end()
    this.delivering = false
  }

  settle(): void {
    if (this.ending !== undefined) this.release(this.ending)
  }

  // From the answer.

  begin(events: boolean, status: number, headers: Received, length: number | undefined): void {
    const { downstream } = this.passage
    this.passage.firstByteAt ??= this.passage.instant()
    if (downstream.started) return
    const flat = toClient(headers)
    if (length !== undefined) flat.push("content-length", String(length))
    // Nginx and its like hold small pieces back unless they are told not to.
    if (events) flat.push("x-accel-buffering", "no")
    flat.push(
      "x-aiguilleur-server",
      labelOf(this.lease.server),
      "x-aiguilleur-queue-ms",
      String(Math.round(this.lease.waited)),
      "x-aiguilleur-requeues",
      String(this.lease.requeues)
    )
    downstream.head(status, flat, events)
  }

  write(bytes: Buffer): void {
    const { downstream } = this.passage
    if (downstream.write(bytes) || this.complete || this.paused) return
    this.paused = true
    this.controller?.pause()
    downstream.onDrain(() => {
      this.paused = false
      this.lastAt = performance.now()
      if (!this.done) this.controller?.resume()
    })
  }

  firstData(): void {
    this.ttft = performance.now() - this.sentAt
    this.lease.firstData(this.ttft)
  }

  finish(outcome: Outcome): void {
    if (this.done) return
    if (this.answer?.begun === true && !this.passage.downstream.ended) this.passage.downstream.end()
    if (this.delivering) this.ending = outcome
    else this.release(outcome)
  }

  abort(outcome: Outcome, refusal?: OpenAiError): void {
    if (this.done) return
    if (this.answer?.begun === true) return this.break(refusal ?? streamBroken, outcome)
    this.release(outcome, refusal)
  }

  // From the clock and from the fiber.

  check(now: number): void {
    if (this.done || this.complete) return
    const { firstByte, idle, total } = this.context.settings
    if (now - this.passage.grantedAt! >= total) return this.abort(Outcome.Expired(), totalSpent)
    const begun = this.answer?.begun === true
    if (begun) {
      if (this.paused || now - this.lastAt < idle) return
      return this.answer!.over ? this.answer!.end() : this.break(streamBroken, Outcome.Broken())
    }
    const late = this.passage.body!.scanned.stream
      ? now - this.sentAt >= firstByte
      : this.answer !== undefined && now - this.lastAt >= idle
    if (late) this.abort(this.backend.classify({ _tag: "Timeout" }))
  }

  stop(): void {
    if (this.answer?.begun === true) this.break(stopping, Outcome.Broken())
    else this.release(Outcome.Withdrawn(), stopping)
  }

  /** The client is gone: the engine hears of it before its next token. */
  readonly withdraw: Effect.Effect<void> = Effect.sync(() => {
    if (!this.done) this.release(Outcome.Withdrawn())
  })

  private break(error: OpenAiError, outcome: Outcome): void {
    this.passage.downstream.fail(error)
    this.release(outcome)
  }

  private release(outcome: Outcome, refusal?: OpenAiError): void {
    if (this.done) return
    this.done = true
    this.passage.current = undefined
    if (this.complete) this.context.connections.give(this.connection!)
    else this.connection?.destroy(aborted)
    settle(this.passage, this.lease, {
      outcome,
      tokens: this.answer?.tokens((this.complete || this.answer.over) && !isRetriable(outcome)) ?? noTokens,
      begun: this.answer?.begun === true,
      sent: this.sent,
      status: this.status,
      ttft: this.ttft,
      duration: performance.now() - this.sentAt
    })
    this.resume(Effect.succeed({ outcome, value: refusal }))
  }
}
