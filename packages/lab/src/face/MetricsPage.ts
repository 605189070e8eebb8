/** The `/metrics` page, with the names and semantics of vLLM v1. */
import type { Engine } from "../engine/Engine.ts"
import * as PrometheusPage from "./PrometheusPage.ts"

const blockSize = 16

/** vLLM labels everything with the first of its served names. */
export const page = (engine: Engine, model: string): string => {
  const { counters, profile } = engine
  const page = PrometheusPage.make("vllm:", `engine="0",model_name="${PrometheusPage.quoted(model)}"`)
  page.one("gauge", "num_requests_running", "Number of requests in model execution batches.", engine.running())
  page.one("gauge", "num_requests_waiting", "Number of requests waiting to be processed.", engine.waiting())
  page.one("gauge", "kv_cache_usage_perc", "KV-cache usage. 1 means 100 percent usage.", engine.kvUsage())
  page.one("counter", "num_preemptions_total", "Cumulative number of preemption from the engine.", counters.preemptions)
  page.one("counter", "prompt_tokens_total", "Number of prefill tokens processed.", counters.promptTokens)
  page.one("counter", "generation_tokens_total", "Number of generation tokens processed.", counters.generationTokens)
  page.one("counter", "prefix_cache_queries_total", "Prefix cache queries, in tokens.", counters.queriedTokens)
  page.one("counter", "prefix_cache_hits_total", "Prefix cache hits, in tokens.", counters.reusedTokens)
  page.declare("request_success_total", "counter", "Count of successfully processed requests.")
  for (const [reason, count] of Object.entries(counters.finished)) {
    page.series("request_success_total", count, `finished_reason="${reason}"`)
  }
  page.histogram("time_to_first_token_seconds", "Histogram of time to first token in seconds.", counters.firstToken)
  page.histogram("inter_token_latency_seconds", "Histogram of inter-token latency in seconds.", counters.interToken)
  page.histogram("request_queue_time_seconds", "Histogram of time spent in WAITING phase.", counters.queueTime)
  page.histogram("e2e_request_latency_seconds", "Histogram of e2e request latency in seconds.", counters.endToEnd)
  page.declare("cache_config_info", "gauge", "Information of the LLMEngine CacheConfig")
  page.series(
    "cache_config_info",
    1,
    `block_size="${blockSize}",num_gpu_blocks="${Math.floor(profile.kvTokens / blockSize)}"`
  )
  return page.text()
}
