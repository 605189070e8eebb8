/** An answer in server-sent events: whole events pass at once, and none before the first that carries data. */
import { isRetriable, Outcome } from "@aiguilleur/core/Outcome"
import type { Answer, Exchange, Tokens } from "./Answer.ts"
import { failureInEvent } from "./EngineFailure.ts"
import type { Received } from "./ForwardedHead.ts"
import { EventStream, Oversize } from "./wire/EventStream.ts"
import type { ServerEvent } from "./wire/ServerEvent.ts"
import { dataOf } from "./wire/ServerEvent.ts"
import { StreamUsage } from "./wire/StreamUsage.ts"

const broken = Outcome.Broken()
const served = Outcome.Served()

/** Paths whose streams end with `[DONE]`; others have last words of their own. */
const endsWithDone = /^\/v1\/(?:chat\/)?completions(?:[/?]|$)/

export class EventsAnswer implements Answer {
  begun = false
  private readonly exchange: Exchange
  private readonly status: number
  private readonly headers: Received
  private readonly usage = new StreamUsage()
  private readonly events = new EventStream((event) => this.visit(event))
  /** Comments that came before anything else. */
  private early: Array<Buffer> = []
  private earlyLength = 0
  private carriesData = false
  /** What the engine's own error event says. */
  private failed: string | undefined = undefined
  private ending: Outcome = served

  constructor(exchange: Exchange, status: number, headers: Received) {
    this.exchange = exchange
    this.status = status
    this.headers = headers
  }

  get over(): boolean {
    return this.begun && this.events.done
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
    // Without its last word it was cut, however politely: whoever reads it could not tell.
    const cut = this.ending === served && !this.events.done && endsWithDone.test(this.exchange.passage.path)
    if (cut) return this.exchange.abort(broken)
    this.exchange.finish(this.ending)
  }

  tokens(complete: boolean): Tokens {
    const { completionTokens, promptTokens } = this.usage.report()
    return {
      prompt: promptTokens,
      completion: this.usage.outputTokens(complete),
      reported: complete && promptTokens !== undefined && completionTokens !== undefined
    }
  }

  private visit(event: ServerEvent): boolean {
    if (event.kind === "comment") return true
    this.carriesData = true
    if (event.kind === "error") {
      this.failed ??= dataOf(event)
      this.ending = broken
    }
    if (event.kind !== "data") return true
    if (event.first && this.failed === undefined) this.exchange.firstData()
    return this.usage.observe(event) !== "usage-only" || !this.exchange.rewrite.dropUsage
  }

  private pass(bytes: Buffer): void {
    if (this.begun) {
      if (bytes.length > 0) this.exchange.write(bytes)
      return
    }
    if (!this.carriesData) return this.keep(bytes)
    if (this.failed !== undefined && this.retriable(this.failed)) return
    this.begun = true
    this.exchange.begin(true, this.status, this.headers, undefined)
    const all = this.early.length === 0 ? bytes : Buffer.concat([...this.early, bytes])
    this.early = []
    if (all.length > 0) this.exchange.write(all)
  }

  private keep(bytes: Buffer): void {
    this.earlyLength += bytes.length
    // Comments are kept for the sake of transparency, but not at any price.
    if (bytes.length > 0 && this.earlyLength <= this.exchange.withheld) this.early.push(Buffer.from(bytes))
  }

  /** A stream that begins with the engine's own failure can still be had elsewhere, if the failure is the engine's. */
  private retriable(data: string): boolean {
    const failure = failureInEvent(data)
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
