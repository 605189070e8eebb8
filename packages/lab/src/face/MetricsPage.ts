/** The `/metrics` page, with the names and semantics of vLLM v1. */
import type { Engine } from "../engine/Engine.ts"
import type { Histogram } from "../engine/Histogram.ts"

const blockSize = 16

// like the Python client, which writes floats
const number = (value: number) => Number.isInteger(value) ? value.toFixed(1) : String(value)

/** vLLM labels everything with the first of its served names. */
export const page = (engine: Engine, model: string): string => {
  const lines: Array<string> = []
  const base = `engine="0",model_name="${model.replaceAll("\\", "\\\\").replaceAll("\"", "\\\"")}"`

  const declare = (name: string, type: string, help: string) =>
    lines.push(`# HELP vllm:${name} ${help}`, `# TYPE vllm:${name} ${type}`)

  const one = (type: string, name: string, help: string, value: number) => {
    declare(name, type, help)
    lines.push(`vllm:${name}{${base}} ${number(value)}`)
  }

  const histogram = (name: string, help: string, { bounds, counts, sum, count }: Histogram) => {
    // before the first request these series do not exist
    if (count === 0) return
    declare(name, "histogram", help)
    let total = 0
    for (const [i, bound] of bounds.entries()) {
      total += counts[i]!
      lines.push(`vllm:${name}_bucket{${base},le="${number(bound)}"} ${number(total)}`)
    }
    lines.push(
      `vllm:${name}_bucket{${base},le="+Inf"} ${number(count)}`,
      `vllm:${name}_count{${base}} ${number(count)}`,
      `vllm:${name}_sum{${base}} ${number(sum)}`
    )
  }

  const { counters, profile } = engine
  const blocks = Math.floor(profile.kvTokens / blockSize)
  const used = Math.min(1, engine.contextTokens() / profile.kvTokens)
  lines.push("# This page comes from a simulated engine.")
  one("gauge", "num_requests_running", "Number of requests in model execution batches.", engine.running())
  one("gauge", "num_requests_waiting", "Number of requests waiting to be processed.", engine.waiting())
  one("gauge", "kv_cache_usage_perc", "KV-cache usage. 1 means 100 percent usage.", used)
  one("counter", "prompt_tokens_total", "Number of prefill tokens processed.", counters.promptTokens)
  one("counter", "generation_tokens_total", "Number of generation tokens processed.", counters.generationTokens)
  declare("request_success_total", "counter", "Count of successfully processed requests.")
  for (const [reason, count] of Object.entries(counters.finished)) {
    lines.push(`vllm:request_success_total{${base},finished_reason="${reason}"} ${number(count)}`)
  }
  histogram("time_to_first_token_seconds", "Histogram of time to first token in seconds.", counters.firstToken)
  histogram("inter_token_latency_seconds", "Histogram of inter-token latency in seconds.", counters.interToken)
  histogram("request_queue_time_seconds", "Histogram of time spent in WAITING phase.", counters.queueTime)
  histogram("e2e_request_latency_seconds", "Histogram of e2e request latency in seconds.", counters.endToEnd)
  declare("cache_config_info", "gauge", "Information of the LLMEngine CacheConfig")
  lines.push(`vllm:cache_config_info{block_size="${blockSize}",engine="0",num_gpu_blocks="${blocks}"} 1.0`)
  return `${lines.join("\n")}\n`
}
