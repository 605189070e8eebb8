/** What a vLLM says of itself on `/metrics`, under the names that its versions and wrappers give the same figures. */
import type { Cumulative } from "./HistogramWindow.ts"
import type { Sample } from "./PrometheusText.ts"
import { parse } from "./PrometheusText.ts"

/** A figure that is not on the page is absent: unknown is not zero. */
export interface VllmReading {
  readonly running?: number
  readonly waiting?: number
  readonly kvCache?: number
  /** In seconds, since the engine started. */
  readonly ttft?: Cumulative
}

/** vLLM's own; what OpenTelemetry and some relays make of the colon; Ray Serve's. */
const prefixes = ["vllm:", "vllm_", "ray_vllm_", "ray_vllm:"]

const families = [
  "num_requests_running",
  "num_requests_waiting",
  // v0 alone: taken out of the running batch for want of memory, so it waits.
  "num_requests_swapped",
  "kv_cache_usage_perc",
  // The name of the same until 0.9, which shows both.
  "gpu_cache_usage_perc",
  "time_to_first_token_seconds_bucket"
] as const

type Family = typeof families[number]

const familyOf: ReadonlyMap<string, Family> = new Map(
  prefixes.flatMap((prefix) => families.map((family) => [prefix + family, family] as const))
)

/** Samples of one model by family; a series that a page repeats counts once, with its last value. */
type Series = Map<Family, Map<string, Sample>>

const identity = ({ labels }: Sample): string => JSON.stringify([...labels].sort(([a], [b]) => a < b ? -1 : 1))

const grouped = (text: string): ReadonlyMap<string, Series> => {
  const models = new Map<string, Series>()
  for (const sample of parse(text, (name) => familyOf.has(name))) {
    if (!Number.isFinite(sample.value)) continue
    const model = sample.labels.get("model_name") ?? ""
    const family = familyOf.get(sample.name)!
    const series: Series = models.get(model) ?? new Map()
    const samples: Map<string, Sample> = series.get(family) ?? new Map()
    models.set(model, series.set(family, samples.set(identity(sample), sample)))
  }
  return models
}

/** Data-parallel engines have a series each: requests add up. */
const sum = (series: Series, family: Family): number | undefined => {
  const samples = series.get(family)
  return samples && [...samples.values()].reduce((total, { value }) => total + value, 0)
}

/** Shares of caches of one size do not add up: their mean is the share of the whole. */
const mean = (series: Series, family: Family): number | undefined => {
  const total = sum(series, family)
  return total === undefined ? undefined : Math.min(1, Math.max(0, total / series.get(family)!.size))
}

const histogram = (series: Series): Cumulative | undefined => {
  const counts = new Map<number, number>()
  for (const { labels, value } of series.get("time_to_first_token_seconds_bucket")?.values() ?? []) {
    const le = labels.get("le") ?? ""
    const bound = /^\+?inf/i.test(le) ? Infinity : le.trim() === "" ? NaN : Number(le)
    if (!Number.isNaN(bound)) counts.set(bound, (counts.get(bound) ?? 0) + value)
  }
  const ascending = [...counts].sort(([a], [b]) => a - b)
  if (ascending.length === 0) return undefined
  return { bounds: ascending.map(([bound]) => bound), counts: ascending.map(([, count]) => count) }
}

const reading = (series: Series): VllmReading => {
  const running = sum(series, "num_requests_running")
  const queued = sum(series, "num_requests_waiting")
  const swapped = sum(series, "num_requests_swapped")
  const waiting = queued === undefined ? undefined : queued + (swapped ?? 0)
  const kvCache = mean(series, "kv_cache_usage_perc") ?? mean(series, "gpu_cache_usage_perc")
  const ttft = histogram(series)
  return {
    ...(running !== undefined && { running }),
    ...(waiting !== undefined && { waiting }),
    ...(kvCache !== undefined && { kvCache }),
    ...(ttft !== undefined && { ttft })
  }
}

/** One reading for each model name on the page. With `--disable-log-stats` the page has none. */
export const read = (text: string): ReadonlyMap<string, VllmReading> =>
  new Map([...grouped(text)].map(([model, series]) => [model, reading(series)]))

/**
 * The reading that concerns a model. A vLLM labels its figures with the first of its `--served-model-name`s whichever
 * name was asked for, adapters included: the only model on a page is therefore the server, whatever it is called.
 */
export const readingOf = (page: ReadonlyMap<string, VllmReading>, engineName: string): VllmReading | undefined =>
  page.get(engineName) ?? (page.size === 1 ? page.values().next().value : undefined)
