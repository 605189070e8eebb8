/** One span for each request, told after the fact with the GenAI semantic conventions; never content, never a key. */
import { Context, Exit, Option, Tracer } from "effect"
import { type EndedRequest, grantedAt } from "./UsageLog.ts"

const operations: ReadonlyArray<readonly [path: string, operation: string]> = [
  ["/v1/chat/completions", "chat"],
  ["/v1/responses", "chat"],
  ["/v1/completions", "text_completion"],
  ["/v1/embeddings", "embeddings"]
]

const operationOf = (path: string): string =>
  operations.find(([start]) => path.startsWith(start))?.[1] ?? path.replace(/^\/v1\//, "").replace(/[?].*$/s, "")

const traceparent = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/

/** The caller's span, from its W3C header. */
const parentOf = (header: string | undefined): Option.Option<Tracer.ExternalSpan> => {
  const parts = header === undefined ? null : traceparent.exec(header)
  if (parts === null) return Option.none()
  const sampled = (Number.parseInt(parts[3]!, 16) & 1) === 1
  return Option.some(Tracer.externalSpan({ traceId: parts[1]!, spanId: parts[2]!, sampled }))
}

const nanos = (millis: number): bigint => BigInt(Math.round(millis)) * 1_000_000n

/** Ends as a span that failed; the word is its message. */
const failed = (word: string) => Exit.fail({ name: word, message: word })

/** `sampled` counts where the caller has not decided already. */
export const record = (tracer: Tracer.Tracer, request: EndedRequest, sampled: boolean): void => {
  const { attempts, ending, key, model, reason, status } = request
  const parent = parentOf(request.trace)
  const isSampled = Option.isSome(parent) ? parent.value.sampled : sampled
  if (!isSampled) return
  const operation = operationOf(request.path)
  const span = tracer.span({
    name: `${operation} ${model?.name ?? request.asked.slice(0, 256)}`,
    parent,
    annotations: Context.empty(),
    links: [],
    startTime: nanos(request.arrivedAt),
    kind: "server",
    root: Option.isNone(parent),
    sampled: true
  })
  const last = attempts.at(-1)
  const set = (name: string, value: string | number | boolean | undefined) => {
    if (value !== undefined) span.attribute(name, value)
  }
  set("gen_ai.operation.name", operation)
  set("gen_ai.request.model", request.asked.slice(0, 256))
  set("gen_ai.usage.input_tokens", last?.promptTokens)
  set("gen_ai.usage.output_tokens", last?.completionTokens)
  set("http.request.method", "POST")
  set("url.path", request.path.replace(/[?].*$/s, ""))
  set("http.response.status_code", status)
  set("aiguilleur.request.id", request.requestId)
  set("aiguilleur.key.id", key.caller.key)
  set("aiguilleur.organisation", key.caller.organisation)
  set("aiguilleur.stream", request.stream)
  set("aiguilleur.ending", ending)
  set("aiguilleur.attempts", attempts.length)
  if (last !== undefined) {
    const { lease } = last
    set("gen_ai.provider.name", lease.server.kind)
    set("gen_ai.response.model", lease.model.engineName)
    const { hostname, port, protocol } = new URL(lease.server.url)
    set("server.address", hostname)
    set("server.port", Number(port === "" ? protocol === "https:" ? 443 : 80 : port))
    set("aiguilleur.server", lease.server.url)
    set("aiguilleur.site", lease.server.site)
    set("aiguilleur.server.organisation", lease.server.organisation)
    set("aiguilleur.strategy", lease.model.strategy)
    set("aiguilleur.policy", lease.model.policy)
    set("aiguilleur.priority", lease.priority)
    set("aiguilleur.routing_mode", lease.routingMode)
    set("aiguilleur.requeues", lease.requeues)
    set("aiguilleur.queue_ms", Math.round(lease.waited))
    set("aiguilleur.ttft_ms", last.ttft === undefined ? undefined : Math.round(last.ttft))
  }
  for (const { lease } of attempts) {
    span.event("granted", nanos(grantedAt(request, lease, lease.grantedAt)), { "aiguilleur.server": lease.server.url })
  }
  if (request.firstByteAt !== undefined) span.event("first byte", nanos(request.firstByteAt))
  const isFailure = ending !== "released" && ending !== "withdrawn"
  if (isFailure) set("error.type", reason)
  span.end(nanos(request.finishedAt), isFailure ? failed(reason ?? ending) : Exit.void)
}
