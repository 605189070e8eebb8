/** What a soak says on the screen: what it does, what it found, and whether that will do. */
import * as os from "node:os"
import type { Options, Result } from "./Soak.ts"

/** Megabytes a minute; milliseconds. */
const bars = { slope: 0.5, delay: 50 }

export const opening = (options: Options): ReadonlyArray<string> => [
  `Node ${process.versions.node}, ${os.cpus().length} × ${os.cpus()[0]?.model ?? "?"}, load ${
    os.loadavg()[0]!.toFixed(2)
  }.`,
  `${options.streams} streams for ${options.seconds} s over ${options.servers} simulated servers (another process), ` +
  `${options.tokensPerSecond} tokens a second each, ${options.shortest} to ${options.longest} tokens long.`,
  `${options.disconnecting * 100} % of them are hung up on; a server fails every ${options.failing} s; ` +
  `a file is reloaded every ${options.reloading} s; what is measured begins after ${options.warmUp} s.`
]

interface Check {
  readonly what: string
  readonly holds: boolean
}

const checks = ({ delay, leaked, slope, tally, work }: Result): ReadonlyArray<Check> => [
  {
    what: leaked.length === 0
      ? "leases, tickets, sockets, timers and listeners are back where they were"
      : `LEAKED: ${leaked.join("; ")}`,
    holds: leaked.length === 0
  },
  {
    what: `the engines have ${work.running} sequences running and ${work.waiting} waiting`,
    holds: work.running === 0 && work.waiting === 0
  },
  { what: `${tally.counts["silently short"]} streams silently short`, holds: tally.counts["silently short"] === 0 },
  {
    what: `heap after a full collection grows by ${slope.toFixed(3)} MB a minute (bar ${bars.slope})`,
    holds: slope <= bars.slope
  },
  {
    what:
      `the event loop's delay: p50 ${delay.p50.toFixed(1)} ms, p99 ${delay.p99.toFixed(1)} ms (bar ${bars.delay}), ` +
      `most ${delay.max.toFixed(0)} ms`,
    holds: delay.p99 <= bars.delay
  }
]

const percent = (share: number) => `${(100 * share).toFixed(0)} %`

const listed = (counts: Iterable<readonly [string, number]>): string =>
  Array.from(counts, ([what, count]) => `${count} ${what}`).join(", ") || "none"

export const closing = (result: Result): { readonly lines: ReadonlyArray<string>; readonly passed: boolean } => {
  const { after, before, busy, failures, mostStreams, reloads, tally, tokensPerSecond, work } = result
  const judged = checks(result)
  return {
    passed: judged.every(({ holds }) => holds),
    lines: [
      "",
      `Requests: ${listed(Object.entries(tally.counts).map(([what, count]) => [what, count]))}; ` +
      `at the engines ${work.received}, of which ${work.finished} finished and ${work.aborted} were aborted.`,
      `Refusals: ${listed(tally.refusals)}.`,
      `Servers that failed: ${listed(Object.entries(failures))}. Reloads: ${reloads}.`,
      `${mostStreams} streams at most, ${tokensPerSecond.toFixed(0)} tokens a second. Of one core, the gateway used ` +
      `${percent(busy.gateway)}, the simulated servers ${percent(busy.engines)}, the users ${percent(busy.users)}.`,
      `Held before: ${listed(Object.entries(before.counts))}.`,
      `Held after:  ${listed(Object.entries(after.counts))}.`,
      ...judged.map(({ holds, what }) => `${holds ? "✓" : "✗"} ${what}`)
    ]
  }
}
