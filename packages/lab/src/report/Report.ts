/** What a run has shown, as plain data: the same for the page, the terminal and `--json`, and for the same seed. */
import type { Ending } from "../world/Ledger.ts"
import type { Quantiles } from "./Quantiles.ts"

export interface Group {
  readonly requests: number
  readonly endings: Readonly<Partial<Record<Ending, number>>>
  readonly requeues: number
  /** Arrival to first token, arrival to end, and the part of it spent waiting for a server. */
  readonly ttft: Quantiles
  readonly total: Quantiles
  readonly waited: Quantiles
  /** Percent at or under each of `bounds`. */
  readonly ttftDistribution: ReadonlyArray<number>
  readonly totalDistribution: ReadonlyArray<number>
}

export interface PopulationReport extends Group {
  readonly name: string
  readonly organisation: string
  readonly priority: number
  /** p95 of the same requests sent one at a time to an idle fleet; for high priorities alone. */
  readonly unloadedTtft: number | null
}

export interface OrganisationReport extends Group {
  readonly name: string
  readonly weight: number
  /** Tokens charged: prompt + 2 × output. */
  readonly service: number
  /** What its weight entitled it to of what was served while it had work waiting; its own service otherwise. */
  readonly entitlement: number
}

/** What is not known of a real server is null. */
export interface ServerReport {
  readonly name: string
  readonly organisation: string | null
  readonly profile: string | null
  /** Mean share of its slots in use; above 1 when slots are not heeded, or headroom is used. */
  readonly utilisation: number | null
  readonly requests: number
  readonly preemptions: number | null
  /** Share of prompt tokens found in the prefix cache. */
  readonly reused: number | null
}

/** One value for each of `at`, or of `binsAt` for percentiles; `null` where there is none. */
export type Line = ReadonlyArray<number | null>

export interface Series {
  /** Seconds. */
  readonly at: ReadonlyArray<number>
  /** The middles of the spans over which percentiles are taken. */
  readonly binsAt: ReadonlyArray<number>
  readonly active: Line
  readonly waiting: Readonly<Record<string, Line>>
  /** Milliseconds: p95 of the requests that arrived in each span. */
  readonly ttftByPriority: Readonly<Record<string, Line>>
  readonly ttftByOrganisation: Readonly<Record<string, Line>>
  readonly totalByPriority: Readonly<Record<string, Line>>
  readonly totalByOrganisation: Readonly<Record<string, Line>>
  /** Percent of the slots in use; where those are not known, requests that are being answered. */
  readonly utilisation: Readonly<Record<string, Line>>
  readonly inFlight: Readonly<Record<string, Line>>
  /** Thousands of tokens, running totals. */
  readonly service: Readonly<Record<string, Line>>
  readonly entitlement: Readonly<Record<string, Line>>
  /** Running totals. */
  readonly requeues: Line
  readonly refusals: Line
}

export interface ColumnReport {
  readonly name: string
  /** Over HTTP, at a real endpoint; else simulated in virtual time. */
  readonly measured: boolean
  /** Null where each model has its own, and of a real endpoint, which decides for itself. */
  readonly strategy: string | null
  readonly policy: string | null
  readonly settings: ReadonlyArray<string>
  readonly all: Group
  readonly populations: ReadonlyArray<PopulationReport>
  readonly priorities: ReadonlyArray<Group & { readonly priority: number }>
  readonly organisations: ReadonlyArray<OrganisationReport>
  readonly servers: ReadonlyArray<ServerReport>
  /** Output tokens per second, over the whole fleet. */
  readonly tokensPerSecond: number
  readonly series: Series
}

export interface Report {
  readonly name: string
  readonly description: string
  /** Wholly, so that no figure is ever taken for a measurement. */
  readonly simulated: boolean
  readonly seed: number
  /** Seconds. */
  readonly duration: number
  readonly verdict: ReadonlyArray<string>
  readonly bounds: ReadonlyArray<number>
  readonly columns: ReadonlyArray<ColumnReport>
}
