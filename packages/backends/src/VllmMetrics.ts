/** What a vLLM says of itself on `/metrics`, under the names that its versions and wrappers give the same figures. */
import { reader } from "./EngineReading.ts"

/** One reading for each model name on the page. With `--disable-log-stats` the page has none. */
export const read = reader({
  // vLLM's own; what OpenTelemetry and some relays make of the colon; Ray Serve's.
  prefixes: ["vllm:", "vllm_", "ray_vllm_", "ray_vllm:"],
  running: "num_requests_running",
  // Swapped, in v0 alone: taken out of the running batch for want of memory, so it waits.
  waiting: ["num_requests_waiting", "num_requests_swapped"],
  // The second is the name of the same until 0.9, which shows both.
  kvCache: ["kv_cache_usage_perc", "gpu_cache_usage_perc"],
  ttft: "time_to_first_token_seconds"
})
