/** The report in a few sentences, for those who will not read the charts. */
import type { ColumnReport, Group, PopulationReport } from "./Report.ts"

/** A loaded fleet still feels idle to those whose time to first token is within this of the unloaded one. */
export const bearable = 1.5

export const seconds = (millis: number | null): string => {
  if (millis === null) return "never"
  if (millis < 1000) return `${Math.round(millis)} ms`
  return millis < 100_000 ? `${(millis / 1000).toFixed(1)} s` : `${Math.round(millis / 1000)} s`
}

const ratio = (a: number, b: number) => (a / b).toFixed(a / b < 10 ? 2 : 0)

export const verdict = (columns: ReadonlyArray<ColumnReport>): ReadonlyArray<string> => [
  ...columns.flatMap(promise),
  ...contrast(columns),
  ...columns.flatMap(lost),
  ...columns.flatMap(unfair)
]

/** Whether the fast lane is fast: the highest priority against the same requests on an idle fleet. */
const promise = ({ name, populations }: ColumnReport): Array<string> => {
  const best = populations.filter(({ requests, unloadedTtft }) => requests > 0 && unloadedTtft !== null)
  if (best.length === 0) return []
  const worst = best.toSorted((a, b) => slowdown(b) - slowdown(a))[0]!
  const how = slowdown(worst)
  if (!Number.isFinite(how)) return [`${name}: nobody of ${worst.name} (priority ${worst.priority}) was answered.`]
  const within = how <= bearable
    ? `within the ${bearable} × that feels idle`
    : `beyond the ${bearable} × that feels idle`
  return [
    `${name}: ${worst.name} (priority ${worst.priority}) waits ${seconds(worst.ttft.p95)} for the first token at p95, `
    + `${ratio(worst.ttft.p95!, worst.unloadedTtft!)} × the ${
      seconds(worst.unloadedTtft)
    } of an unloaded fleet: ${within}.`
  ]
}

const slowdown = ({ ttft, unloadedTtft }: PopulationReport): number =>
  ttft.p95 === null || unloadedTtft === null ? Infinity : ttft.p95 / unloadedTtft

/** What the best column changes for the most urgent, and what it costs the others. */
const contrast = (columns: ReadonlyArray<ColumnReport>): Array<string> => {
  const first = columns[0]
  const last = columns.at(-1)
  if (first === undefined || last === undefined || first === last) return []
  return last.priorities.flatMap((after) => {
    const before = first.priorities.find(({ priority }) => priority === after.priority)
    if (before?.ttft.p95 == null || after.ttft.p95 === null) return []
    const change = after.ttft.p95 / before.ttft.p95
    const how = change > 1.1
      ? `${ratio(after.ttft.p95, before.ttft.p95)} × slower`
      : change < 0.9
      ? `${ratio(before.ttft.p95, after.ttft.p95)} × sooner`
      : "about as soon"
    const served = `${after.endings.served ?? 0} served, against ${before.endings.served ?? 0}`
    return [
      `From "${first.name}" to "${last.name}", priority ${after.priority} gets its first token ${how} `
      + `(p95 ${seconds(before.ttft.p95)}, then ${seconds(after.ttft.p95)}; ${served}).`
    ]
  })
}

const lost = ({ all, name }: ColumnReport): Array<string> => {
  const words = { refused: "refused", evicted: "evicted", failed: "failed", broken: "cut off", withdrawn: "gave up" }
  const parts = Object.entries(words).flatMap(([ending, word]) => {
    const count = all.endings[ending as keyof typeof words] ?? 0
    return count === 0 ? [] : [`${count} ${word}`]
  })
  return parts.length === 0 ? [] : [`${name}: of ${all.requests} requests ${parts.join(", ")}.`]
}

/** Only what differs by more than a fifth, and is more than a trifle. */
const unfair = ({ name, organisations }: ColumnReport): Array<string> => {
  const total = organisations.reduce((sum, { service }) => sum + service, 0)
  const short = organisations
    .filter(({ entitlement, service }) => service < 0.8 * entitlement && entitlement - service > 0.02 * total)
    .toSorted((a, b) => a.service / a.entitlement - b.service / b.entitlement)
  if (short.length === 0) return []
  const worst = short[0]!
  const percent = Math.round(100 * worst.service / worst.entitlement)
  return [
    `${name}: ${worst.name} got ${percent} % of what its weight entitled it to while it had work waiting`
    + `${short.length > 1 ? `, and ${short.length - 1} others got less than 80 %` : ""}.`
  ]
}

export const endingsOf = ({ endings }: Group): string =>
  Object.entries(endings).map(([ending, count]) => `${count} ${ending}`).join(", ")
