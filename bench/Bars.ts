/**
 * The bars of DESIGN §9 that this benchmark can judge.
 */
import { paired, type Phase, type Sample, type Series, series } from "./Sample.ts"

export interface Bar {
  readonly what: string
  readonly limit: string
  readonly measured: string
  readonly verdict: "PASS" | "FAIL" | "not measured"
}

interface Rule {
  readonly what: string
  readonly phase: Phase
  readonly base: string
  /** The phase of the base, where it is another. */
  readonly baseline?: Phase
  readonly limit: number
  readonly unit: string
  readonly compare: (own: Series, base: Series) => number
}

const cpuRatio = (own: Series, base: Series) => paired(own, base, (own, base) => own.cpuMicros / base.cpuMicros)

const bestP99 = ({ samples }: Series) => Math.min(...samples.map(({ p99 }) => p99))

const rules: ReadonlyArray<Rule> = [
  {
    what: "CPU per request over the floor (aim 1.4)",
    phase: "requests",
    base: "floor",
    limit: 2,
    unit: "x",
    compare: cpuRatio
  },
  {
    what: "CPU per request with 50 viewers of the live page, over none",
    phase: "watched",
    base: "gateway",
    baseline: "requests",
    limit: 1.05,
    unit: "x",
    compare: cpuRatio
  },
  {
    what: "CPU per request over Portkey",
    phase: "requests",
    base: "portkey",
    limit: 0.2,
    unit: "x",
    compare: cpuRatio
  },
  {
    what: "latency added to the floor, 1 connection, p50",
    phase: "latency",
    base: "floor",
    limit: 250,
    unit: " us",
    compare: (own, base) => paired(own, base, (own, base) => own.p50 - base.p50)
  },
  { what: "CPU per chunk over the floor", phase: "streams", base: "floor", limit: 1.2, unit: "x", compare: cpuRatio },
  {
    // An event kept until the next one comes is 10 ms late, at 100 a second. Each one's best repetition counts:
    // neighbours on the machine delay some of them, a proxy that holds events back delays all.
    what: "no event held back: delay added to the floor, p99, best repetitions",
    phase: "events",
    base: "floor",
    limit: 5_000,
    unit: " us",
    compare: (own, base) => bestP99(own) - bestP99(base)
  }
]

/** Of the phases asked for; with viewers, of nothing else. */
export const judge = (samples: ReadonlyArray<Sample>, peer: string, phases: ReadonlyArray<Phase>): ReadonlyArray<Bar> =>
  rules.filter(({ phase }) => (phase === "watched") === phases.includes("watched")).map((rule) => {
    const { base, baseline = rule.phase, compare, limit, phase, unit, what } = rule
    const own = series(samples, peer, phase)
    const other = series(samples, base, baseline)
    const shown = `<= ${limit}${unit}`
    if (own.failure !== undefined) return { what, limit: shown, measured: "failed", verdict: "FAIL" }
    if (own.samples.length === 0 || other.samples.length === 0 || other.failure !== undefined) {
      return { what, limit: shown, measured: "-", verdict: "not measured" }
    }
    const value = compare(own, other)
    const measured = `${unit === "x" ? value.toFixed(3) : value.toFixed(0)}${unit}`
    return { what, limit: shown, measured, verdict: value <= limit ? "PASS" : "FAIL" }
  })
