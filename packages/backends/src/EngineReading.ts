/** What an engine says of itself on `/metrics`: the figures that we ask, under the names that it gives them. */
import type { Cumulative } from "./HistogramWindow.ts"
import type { Sample } from "./PrometheusText.ts"
import { parse } from "./PrometheusText.ts"

/** A figure that is not on the page is absent: unknown is not zero. */
export interface EngineReading {
  readonly running?: number
  readonly waiting?: number
  readonly kvCache?: number
  /** In seconds, since the engine started. */
  readonly ttft?: Cumulative
}

/** One reading for each model name on the page. */
export type Page = ReadonlyMap<string, EngineReading>

/** The names of one engine, without their prefix. */
export interface Vocabulary {
  readonly prefixes: ReadonlyArray<string>
  readonly running: string
  /** The first is the queue; what else waits is added to it. */
  readonly waiting: readonly [queue: string, ...others: Array<string>]
  /** Names of the same share, the best first. */
  readonly kvCache: ReadonlyArray<string>
  /** A histogram. */
  readonly ttft: string
}

/** Samples of one model by name; a series that a page repeats counts once, with its last value. */
type Series = Map<string, Map<string, Sample>>

const identity = ({ labels }: Sample): string => JSON.stringify([...labels].sort(([a], [b]) => a < b ? -1 : 1))

/** What adds up to no number is unknown. */
const finite = (total: number): number | undefined => Number.isFinite(total) ? total : undefined

/** Data-parallel engines have a series each: requests add up. */
const sum = (series: Series, name: string): number | undefined => {
  const samples = series.get(name)
  return samples && finite([...samples.values()].reduce((total, { value }) => total + value, 0))
}

/** Shares of caches of one size do not add up: their mean is the share of the whole. */
const mean = (series: Series, name: string): number | undefined => {
  const total = sum(series, name)
  return total === undefined ? undefined : Math.min(1, Math.max(0, total / series.get(name)!.size))
}

const histogram = (series: Series, name: string): Cumulative | undefined => {
  const counts = new Map<number, number>()
  for (const { labels, value } of series.get(`${name}_bucket`)?.values() ?? []) {
    const le = labels.get("le") ?? ""
    const bound = /^\+?inf/i.test(le) ? Infinity : le.trim() === "" ? NaN : Number(le)
    // No time passes before the beginning.
    if (bound >= 0) counts.set(bound, (counts.get(bound) ?? 0) + value)
  }
  const ascending = [...counts].sort(([a], [b]) => a - b)
  if (ascending.length === 0 || ascending.some(([, count]) => finite(count) === undefined)) return undefined
  return { bounds: ascending.map(([bound]) => bound), counts: ascending.map(([, count]) => count) }
}

const reading = (vocabulary: Vocabulary, series: Series): EngineReading => {
  const [queue, ...others] = vocabulary.waiting
  const running = sum(series, vocabulary.running)
  const queued = sum(series, queue)
  const waiting = queued === undefined
    ? undefined
    : finite(others.reduce((total, name) => total + (sum(series, name) ?? 0), queued))
  const kvCache = vocabulary.kvCache.map((name) => mean(series, name)).find((share) => share !== undefined)
  const ttft = histogram(series, vocabulary.ttft)
  return {
    ...(running !== undefined && { running }),
    ...(waiting !== undefined && { waiting }),
    ...(kvCache !== undefined && { kvCache }),
    ...(ttft !== undefined && { ttft })
  }
}

/** Reads pages in this vocabulary. */
export const reader = (vocabulary: Vocabulary): (text: string) => Page => {
  const { kvCache, prefixes, running, ttft, waiting } = vocabulary
  const names = [running, ...waiting, ...kvCache, `${ttft}_bucket`]
  const bare = new Map(prefixes.flatMap((prefix) => names.map((name) => [prefix + name, name] as const)))
  return (text) => {
    const models = new Map<string, Series>()
    for (const sample of parse(text, (name) => bare.has(name))) {
      if (!Number.isFinite(sample.value)) continue
      const model = sample.labels.get("model_name") ?? ""
      const name = bare.get(sample.name)!
      const series: Series = models.get(model) ?? new Map()
      const samples: Map<string, Sample> = series.get(name) ?? new Map()
      models.set(model, series.set(name, samples.set(identity(sample), sample)))
    }
    return new Map([...models].map(([model, series]) => [model, reading(vocabulary, series)]))
  }
}

/**
 * The reading that concerns a model. A vLLM labels its figures with the first of its `--served-model-name`s whichever
 * name was asked for, adapters included, and so does an LMDeploy: the only model on a page is therefore the server,
 * whatever it is called.
 */
export const readingOf = (page: Page, engineName: string): EngineReading | undefined =>
  page.get(engineName) ?? (page.size === 1 ? page.values().next().value : undefined)
