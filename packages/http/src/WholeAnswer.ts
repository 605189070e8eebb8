/** An answer in one piece: held back until its end, or until it is too large to be held. */
import { isRetriable, Outcome } from "@aiguilleur/core/Outcome"
import type { Answer, Exchange, Tokens } from "./Answer.ts"
import { noTokens } from "./Answer.ts"
import { asEventData, failureInAnswer } from "./EngineFailure.ts"
import type { Received } from "./ForwardedHead.ts"
import { notStreamed, upstreamFailed } from "./OpenAiError.ts"
import { AnswerUsage } from "./wire/AnswerUsage.ts"

const served = Outcome.Served()

export class WholeAnswer implements Answer {
  begun = false
  readonly over = false
  private readonly exchange: Exchange
  private readonly status: number
  private readonly headers: Received
  private readonly good: boolean
  private readonly usage: AnswerUsage | undefined
  private chunks: Array<Buffer> = []
  private length = 0
  private ending: Outcome = served

  constructor(exchange: Exchange, status: number, headers: Received) {
    this.exchange = exchange
    this.status = status
    this.headers = headers
    this.good = status >= 200 && status < 300
    this.usage = this.good && headers["content-encoding"] === undefined ? new AnswerUsage() : undefined
  }

  data(chunk: Buffer): void {
    this.usage?.push(chunk)
    if (this.begun) return this.exchange.write(chunk)
    this.chunks.push(chunk)
    this.length += chunk.length
    if (this.length > this.exchange.withheld) this.tooLargeToHold()
  }

  end(): void {
    if (this.begun) return this.exchange.finish(this.ending)
    if (this.good) return this.deliver(served)
    const outcome = this.classified()
    if (isRetriable(outcome)) this.exchange.finish(outcome)
    else this.deliver(outcome)
  }

  tokens(complete: boolean): Tokens {
    if (this.usage === undefined || !complete) return noTokens
    const { absurd, completionTokens, promptTokens, seconds } = this.usage.report()
    // Embeddings have no completion, and say nothing of one.
    const known = promptTokens !== undefined
    return {
      prompt: promptTokens,
      completion: completionTokens ?? (known && absurd.length === 0 ? 0 : undefined),
      seconds,
      reported: known || seconds !== undefined,
      absurd: absurd.length > 0
    }
  }

  private classified(): Outcome {
    const { backend, passage, now } = this.exchange
    const failure = failureInAnswer(this.status, this.headers, Buffer.concat(this.chunks), now())
    passage.lastEngineAnswer = failure.answer ?? passage.lastEngineAnswer
    return backend.classify(failure.reply)
  }

  private deliver(outcome: Outcome): void {
    const { downstream } = this.exchange.passage
    const body = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks)
    if (downstream.started) {
      // The head of a stream is out already: an error can still be told as an event, an answer cannot.
      const error = this.good ? notStreamed : upstreamFailed
      downstream.fail(error, this.good ? undefined : asEventData(body, downstream.dialect.body(error)))
      return this.exchange.finish(this.good ? Outcome.Broken() : outcome)
    }
    this.begun = true
    this.exchange.begin(false, this.status, this.headers, body.length)
    downstream.end(body)
    this.exchange.finish(outcome)
  }

  private tooLargeToHold(): void {
    const outcome = this.good ? served : this.classified()
    if (isRetriable(outcome)) return this.exchange.abort(outcome)
    if (this.exchange.passage.downstream.started) return this.exchange.abort(Outcome.Broken(), notStreamed)
    this.begun = true
    this.ending = outcome
    this.exchange.begin(false, this.status, this.headers, undefined)
    this.exchange.write(this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks))
    this.chunks = []
  }
}
