/** What an LMDeploy says of itself on `/metrics`. */
import { reader } from "./EngineReading.ts"

/**
 * **Gotchas**
 *
 * The gauges are written every ten seconds, so they are up to that old; the histogram is not. `num_requests_succeeded`
 * and `_failed` call themselves gauges and count since the start: no load is read from them.
 */
export const read = reader({
  prefixes: ["lmdeploy:", "lmdeploy_"],
  running: "num_requests_running",
  // Those that wait for a handle have not reached the engine, so neither counts the other's.
  waiting: ["num_requests_waiting", "num_api_requests_waiting"],
  kvCache: ["gpu_cache_usage_perc"],
  ttft: "time_to_first_token_seconds"
})
