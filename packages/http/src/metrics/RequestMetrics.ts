/** What requests got and cost, counted when they have ended: tokens, times to the first and between tokens, refusals. */
import type { Attempt, EndedRequest } from "../UsageLog.ts"
import { add, at, Cells } from "./Cells.ts"
import { counter, histogram } from "./Definition.ts"
import { Histogram } from "./Histogram.ts"
import type { MetricsText } from "./MetricsText.ts"

const request = ["model", "organisation", "priority"] as const
const firsts = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2.5, 5, 10, 30, 60, 120, 300, 600]
const betweens = [0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1]

export const definitions = {
  firstByte: histogram(firsts)(
    "aiguilleur_first_byte_seconds",
    "seconds",
    "Time from a request's arrival to the first byte of its answer, waiting included, as its client saw it",
    ...request
  ),
  tokens: counter(
    "aiguilleur_tokens_total",
    "tokens",
    "Tokens of prompts and of answers",
    ...request,
    "kind"
  ),
  refused: counter(
    "aiguilleur_requests_refused_total",
    "requests",
    "Requests that were refused on arrival, by reason; the model is empty where there is none of that name",
    "model",
    "organisation",
    "reason"
  ),
  failed: counter(
    "aiguilleur_requests_failed_total",
    "requests",
    "Requests that failed after their arrival, by reason",
    "model",
    "organisation",
    "reason"
  ),
  rejected: counter(
    "aiguilleur_http_rejected_total",
    "requests",
    "Requests that were turned away before anything was asked of a model: no valid key, or no readable body",
    "status"
  ),
  ttft: histogram(firsts)(
    "aiguilleur_ttft_seconds",
    "seconds",
    "Time from sending a streaming request to a server to its first token",
    "model",
    "server"
  ),
  perToken: histogram(betweens)(
    "aiguilleur_time_per_output_token_seconds",
    "seconds",
    "Time between two tokens of a streamed answer, after the first: (duration - TTFT) / (output tokens - 1)",
    "model",
    "server"
  ),
  serverTokens: counter(
    "aiguilleur_server_tokens_total",
    "tokens",
    "Tokens that a server read and wrote, unfinished answers included",
    "model",
    "server",
    "kind"
  )
}

interface RequestCell {
  prompt: number
  output: number
  readonly firstByte: Histogram
}

interface PairCell {
  prompt: number
  output: number
  readonly ttft: Histogram
  readonly perToken: Histogram
}

const makeRequest = (): RequestCell => ({ prompt: 0, output: 0, firstByte: new Histogram(firsts) })

const makePair = (): PairCell => ({
  prompt: 0,
  output: 0,
  ttft: new Histogram(firsts),
  perToken: new Histogram(betweens)
})

export class RequestMeter {
  private readonly requests = new Cells<Array<RequestCell>>(() => [])
  private readonly pairs = new Cells<PairCell>(makePair)
  private readonly refused = new Cells<Map<string, number>>(() => new Map())
  private readonly failed = new Cells<Map<string, number>>(() => new Map())
  private readonly rejections = new Map<string, number>()

  rejected(status: number): void {
    add(this.rejections, String(status))
  }

  ended({ arrivedAt, attempts, ending, firstByteAt, key, model, reason = "" }: EndedRequest): void {
    const { organisation } = key.caller
    // What was asked for may be any text: without a model of that name it never becomes a label.
    if (ending === "refused") add(this.refused.of(model?.name ?? "", organisation), reason)
    if (ending === "failed") add(this.failed.of(model?.name ?? "", organisation), reason)
    const last = attempts.at(-1)
    if (last === undefined) return
    for (const attempt of attempts) this.attempted(attempt)
    const { lease: { model: { name }, priority } } = last
    const cell = at(this.requests.of(name, organisation), priority, makeRequest)
    cell.prompt += last.promptTokens ?? 0
    cell.output += last.completionTokens ?? 0
    if (firstByteAt !== undefined) cell.firstByte.record((firstByteAt - arrivedAt) / 1_000)
  }

  private attempted({ completionTokens = 0, duration, lease, promptTokens = 0, ttft }: Attempt): void {
    const cell = this.pairs.of(lease.model.name, lease.server.url)
    cell.prompt += promptTokens
    cell.output += completionTokens
    if (ttft === undefined) return
    cell.ttft.record(ttft / 1_000)
    if (completionTokens > 1) cell.perToken.record((duration - ttft) / (completionTokens - 1) / 1_000)
  }

  write(text: MetricsText): void {
    for (const [model, organisation, cells] of this.requests) {
      for (const [priority, cell] of cells.entries()) {
        if (cell === undefined) continue
        const labels = [model, organisation, priority]
        text.distribution(definitions.firstByte, cell.firstByte, ...labels)
        text.add(definitions.tokens, cell.prompt, ...labels, "prompt")
        text.add(definitions.tokens, cell.output, ...labels, "output")
      }
    }
    for (const [model, organisation, reasons] of this.refused) {
      for (const [reason, count] of reasons) text.add(definitions.refused, count, model, organisation, reason)
    }
    for (const [model, organisation, reasons] of this.failed) {
      for (const [reason, count] of reasons) text.add(definitions.failed, count, model, organisation, reason)
    }
    for (const [status, count] of this.rejections) text.add(definitions.rejected, count, status)
    for (const [model, server, { output, perToken, prompt, ttft }] of this.pairs) {
      text.distribution(definitions.ttft, ttft, model, server)
      text.distribution(definitions.perToken, perToken, model, server)
      text.add(definitions.serverTokens, prompt, model, server, "prompt")
      text.add(definitions.serverTokens, output, model, server, "output")
    }
  }
}
