/** The `/metrics` page, with the names and semantics of LMDeploy. */
import type { Engine } from "../engine/Engine.ts"
import type { Gauges } from "./LaggingGauges.ts"
import * as PrometheusPage from "./PrometheusPage.ts"

export const page = (engine: Engine, model: string, gauges: Gauges): string => {
  const { counters } = engine
  const page = PrometheusPage.make("lmdeploy:", `engine="0",model_name="${PrometheusPage.quoted(model)}"`)
  const { length, stop } = counters.finished
  page.one("gauge", "num_requests_succeeded", "Number of current succeeded requests.", length + stop)
  page.one("gauge", "num_requests_failed", "Number of current failed requests.", 0)
  const routed = gauges.running + gauges.waiting
  page.one("gauge", "num_api_requests_routed", "Number of requests routed to request handles.", routed)
  page.one("gauge", "num_api_requests_waiting", "Number of requests waiting for free request handles.", 0)
  page.one("gauge", "num_requests_running", "Number of requests in model execution batches.", gauges.running)
  page.one("gauge", "num_requests_waiting", "Number of requests waiting to be processed.", gauges.waiting)
  page.one("gauge", "gpu_cache_usage_perc", "GPU KV-cache usage. 1 means 100 percent usage.", gauges.kvCache)
  page.one("counter", "prompt_tokens_total", "Number of prefill tokens processed.", counters.promptTokens)
  page.one("counter", "generation_tokens_total", "Number of generation tokens processed.", counters.generationTokens)
  page.histogram("time_to_first_token_seconds", "Histogram of time to first token in seconds.", counters.firstToken)
  page.histogram("iter_token_latency", "Histogram of inter-token latency", counters.interToken)
  page.histogram("e2e_request_latency_seconds", "Histogram of e2e request latency in seconds.", counters.endToEnd)
  page.histogram("request_queue_time_seconds", "Histogram of time spent in WAITING phase.", counters.queueTime)
  return page.text()
}
