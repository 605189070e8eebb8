/** A streamed answer: whole events (or lines) pass at once, and none before the first that carries data. */
import { isRetriable, Outcome } from "@aiguilleur/core/Outcome"
import type { Answer, Exchange, Tokens } from "./Answer.ts"
import type { Received } from "./ForwardedHead.ts"
import type { Pieces, Reading, StreamProtocol } from "./StreamProtocol.ts"
import { Oversize } from "./wire/EventStream.ts"
import type { ServerEvent } from "./wire/ServerEvent.ts"

const broken = Outcome.Broken()
const served = Outcome.Served()

export class EventsAnswer implements Answer {
  begun = false
  private readonly exchange: Exchange
  private readonly status: number
  private readonly headers: Received
  private readonly protocol: StreamProtocol
  private readonly usage: Reading
  private readonly events: Pieces
  /** Comments, and what else opens a stream, that came before anything else. */
  private early: Array<Buffer> = []
  private earlyLength = 0
  private opened = false
  private carriesData = false
  private isFirst = true
  private ended = false
  /** What the engine's own error event says. */
  private failed: string | undefined = undefined
  private ending: Outcome = served

  constructor(exchange: Exchange, status: number, headers: Received, protocol: StreamProtocol) {
    this.exchange = exchange
    this.status = status
    this.headers = headers
    this.protocol = protocol
    this.usage = protocol.reading()
    this.events = protocol.pieces((event) => this.visit(event))
  }

  get over(): boolean {
    return this.begun && this.ended
  }

  data(chunk: Buffer): void {
    const passed = this.events.push(chunk)
    if (passed instanceof Oversize) {
      this.pass(passed.passed)
      return this.exchange.abort(this.begun ? broken : Outcome.Suspect())
    }
    this.pass(passed)
  }

  end(): void {
    this.pass(this.events.end())
    // A stream that ends without having said anything has failed, however politely.
    if (!this.begun) return this.exchange.finish(this.faultBeforeData())
    if (this.ending === served && !this.ended && this.protocol.mustEnd) return this.exchange.abort(broken)
    this.exchange.finish(this.ending)
  }

  tokens(complete: boolean): Tokens {
    const { absurd, completionTokens, promptTokens, seconds } = this.usage.report()
    return {
      prompt: promptTokens,
      completion: this.usage.outputTokens(complete),
      seconds,
      reported: complete && (seconds !== undefined || (promptTokens !== undefined && completionTokens !== undefined)),
      absurd: absurd.length > 0
    }
  }

  private visit(event: ServerEvent): boolean {
    if (event.kind === "comment") return true
    if (this.protocol.opens(event)) {
      this.opened = true
      return true
    }
    this.carriesData = true
    if (this.protocol.ends(event)) this.ended = true
    if (event.kind === "error") {
      this.failed ??= this.protocol.textOf(event)
      this.ending = broken
    }
    if (event.kind !== "data") return true
    if (this.isFirst && this.failed === undefined) this.exchange.firstData()
    this.isFirst = false
    return this.usage.observe(event) !== "usage-only" || !this.exchange.rewrite.dropUsage
  }

  private pass(bytes: Buffer): void {
    if (this.begun) {
      if (bytes.length > 0) this.exchange.write(bytes)
      return
    }
    if (!this.carriesData && this.keeps(bytes)) return
    if (this.failed !== undefined && this.retriable(this.failed)) return
    this.begun = true
    this.exchange.begin(true, this.status, this.headers, undefined)
    const all = this.early.length === 0 ? bytes : Buffer.concat([...this.early, bytes])
    this.early = []
    if (all.length > 0) this.exchange.write(all)
  }

  /** Comments are kept for the sake of transparency, but not at any price; what opens a stream is never lost. */
  private keeps(bytes: Buffer): boolean {
    this.earlyLength += bytes.length
    if (this.earlyLength > this.exchange.withheld) return !this.opened
    if (bytes.length > 0) this.early.push(Buffer.from(bytes))
    return true
  }

  /** A stream that begins with the engine's own failure can still be had elsewhere, if the failure is the engine's. */
  private retriable(data: string): boolean {
    const failure = this.protocol.failureIn(data, this.exchange.now())
    if (failure === undefined) return false
    const outcome = this.exchange.backend.classify(failure.reply)
    if (!isRetriable(outcome)) {
      this.ending = outcome
      return false
    }
    this.exchange.passage.lastEngineAnswer = failure.answer ?? this.exchange.passage.lastEngineAnswer
    this.exchange.abort(outcome)
    return true
  }

  private faultBeforeData(): Outcome {
    return this.exchange.backend.classify({ _tag: "Fault", code: "UND_ERR_SOCKET", sent: true })
  }
}
