/** The report in a few sentences, for those who will not read the charts. */
import type { ColumnReport, Group, PopulationReport, Report } from "./Report.ts"

/** A loaded fleet still feels idle to those whose time to first token is within this of the unloaded one. */
export const bearable = 1.5

export const seconds = (millis: number | null): string => {
  if (millis === null) return "never"
  if (millis < 1000) return `${Math.round(millis)} ms`
  return millis < 100_000 ? `${(millis / 1000).toFixed(1)} s` : `${Math.round(millis / 1000)} s`
}

/** What nobody must take for something else. */
export const origin = ({ columns, simulated }: Pick<Report, "columns" | "simulated">): string => {
  if (simulated) return "Simulated servers, simulated users, virtual time"
  return columns.every(({ measured }) => measured)
    ? "Simulated users, measured over HTTP"
    : "Simulated users; measured over HTTP, and simulated in virtual time"
}

const ratio = (a: number, b: number) => (a / b).toFixed(a / b < 10 ? 2 : 0)

export interface Sentence {
  /** The column that it speaks of; of several when absent. */
  readonly about?: string
  readonly text: string
  /** Whether a promise was kept. */
  readonly mark?: "kept" | "missed"
}

export const sentences = (columns: ReadonlyArray<ColumnReport>): ReadonlyArray<Sentence> => [
  ...columns.flatMap(promise),
  ...contrast(columns).map((text) => ({ text })),
  ...[lost, heldBack, unfair].flatMap((of) =>
    columns.flatMap((column) => of(column).map((text) => ({ about: column.name, text })))
  )
]

export const verdict = (columns: ReadonlyArray<ColumnReport>): ReadonlyArray<string> =>
  sentences(columns).map(({ about, text }) => about === undefined ? text : `${about}: ${text}`)

/** Whether the fast lane is fast: the highest priority against the same requests on an idle fleet. */
const promise = (column: ColumnReport): Array<Sentence> => {
  const { measured, name, populations } = column
  if (measured) return fastest(populations).map((text) => ({ about: name, text }))
  const best = populations.filter(({ requests, unloadedTtft }) => requests > 0 && unloadedTtft !== null)
  if (best.length === 0) return []
  const worst = best.toSorted((a, b) => slowdown(b) - slowdown(a))[0]!
  const how = slowdown(worst)
  if (!Number.isFinite(how)) {
    return [{ about: name, mark: "missed", text: `nobody of ${worst.name} (priority ${worst.priority}) was answered.` }]
  }
  const kept = how <= bearable
  return [{
    about: name,
    mark: kept ? "kept" : "missed",
    text: `the first token of ${worst.name} (priority ${worst.priority}) takes ${seconds(worst.ttft.p95)} at p95, `
      + `${ratio(worst.ttft.p95!, worst.unloadedTtft!)} × the ${seconds(worst.unloadedTtft)} of an unloaded fleet: ${
        kept ? "within" : "beyond"
      } the ${bearable} × that feels idle${circumstances(column)}.`
  }]
}

/** How full the fleet was meanwhile, and what the column grants the highest priorities. */
const circumstances = (column: ColumnReport): string => {
  const used = usedWhileWaiting(column)
  const parts = [
    ...(used === undefined ? [] : [`${Math.round(used)} % of the slots in use while requests waited`]),
    ...column.settings
  ]
  return parts.length === 0 ? "" : ` (${parts.join("; ")})`
}

/** At a real endpoint it is not known how soon it would answer if it were idle. */
const fastest = (populations: ReadonlyArray<PopulationReport>): Array<string> => {
  const [best] = populations.filter(({ requests }) => requests > 0).toSorted((a, b) => b.priority - a.priority)
  if (best === undefined) return []
  const { p50, p95 } = best.ttft
  return [
    `the first token of ${best.name} (priority ${best.priority}) takes ${seconds(p50)} at p50 and ${
      seconds(p95)
    } at p95.`
  ]
}

const slowdown = ({ ttft, unloadedTtft }: PopulationReport): number =>
  ttft.p95 === null || unloadedTtft === null ? Infinity : ttft.p95 / unloadedTtft

/** More populations than this are spoken of by priority. */
const mostNamed = 6

const subjects = (
  { populations, priorities }: ColumnReport
): ReadonlyArray<{ readonly label: string; readonly group: Group }> =>
  populations.length <= mostNamed
    ? populations.map((group) => ({ label: group.name, group }))
    : priorities.map((group) => ({ label: `priority ${group.priority}`, group }))

/** What the last column changes for everybody. */
const contrast = (columns: ReadonlyArray<ColumnReport>): Array<string> => {
  const first = columns[0]
  const last = columns.at(-1)
  if (first === undefined || last === undefined || first === last) return []
  const before = new Map(subjects(first).map(({ group, label }) => [label, group]))
  return subjects(last).flatMap(({ group, label }) => {
    const then = before.get(label)
    if (then?.ttft.p95 == null || group.ttft.p95 === null) return []
    const served = `${group.endings.served ?? 0} served, against ${then.endings.served ?? 0}`
    return [
      `From "${first.name}" to "${last.name}", the first token of ${label} comes ${
        changed(then.ttft.p95, group.ttft.p95)
      } `
      + `(p95 ${seconds(then.ttft.p95)}, then ${seconds(group.ttft.p95)}; ${served}).`
    ]
  })
}

const changed = (before: number, after: number): string => {
  if (after > 1.1 * before) return `${ratio(after, before)} × later`
  return after < 0.9 * before ? `${ratio(before, after)} × sooner` : "about as soon"
}

const lost = ({ all }: ColumnReport): Array<string> => {
  const words = { refused: "refused", evicted: "evicted", failed: "failed", broken: "cut off", withdrawn: "gave up" }
  const parts = Object.entries(words).flatMap(([ending, word]) => {
    const count = all.endings[ending as keyof typeof words] ?? 0
    return count === 0 ? [] : [`${count} ${word}`]
  })
  return parts.length === 0 ? [] : [`of ${all.requests} requests ${parts.join(", ")}.`]
}

/** In percent, at the moments at which something waited; undefined if that was seldom, or slots are not known. */
const usedWhileWaiting = ({ series }: ColumnReport): number | undefined => {
  const queue = series.at.map((_, point) =>
    Object.values(series.waiting).reduce((sum, line) => sum + (line[point] ?? 0), 0)
  )
  const curves = Object.entries(series.utilisation).filter(([label]) => !/^(busiest|idlest) server$/.test(label))
  if (curves.length === 0) return undefined
  const used = (point: number) => curves.reduce((sum, [, line]) => sum + (line[point] ?? 0), 0) / curves.length
  const points = queue.flatMap((length, point) => length > 1 ? [used(point)] : [])
  return points.length < series.at.length / 10
    ? undefined
    : points.reduce((sum, share) => sum + share, 0) / points.length
}

/** Work that waits beside free slots: a policy, a reserve or a limit is in its way, and somebody should know. */
const heldBack = (column: ColumnReport): Array<string> => {
  const used = usedWhileWaiting(column)
  return used === undefined || used >= 60 ? [] : [
    `while requests waited, ${Math.round(100 - used)} % of the slots were free: a threshold, a reserve or a limit `
    + "holds servers back."
  ]
}

/** Only what differs by more than a fifth, and is more than a trifle. */
const unfair = ({ organisations }: ColumnReport): Array<string> => {
  const total = organisations.reduce((sum, { service }) => sum + service, 0)
  const short = organisations
    .filter(({ entitlement, service }) => service < 0.8 * entitlement && entitlement - service > 0.02 * total)
    .toSorted((a, b) => a.service / a.entitlement - b.service / b.entitlement)
  if (short.length === 0) return []
  const worst = short[0]!
  const percent = Math.round(100 * worst.service / worst.entitlement)
  return [
    `${worst.name} got ${percent} % of what its weight entitled it to while it had work waiting`
    + `${short.length > 1 ? `, and ${short.length - 1} more got less than 80 %` : ""}.`
  ]
}

export const endingsOf = ({ endings }: Group): string =>
  Object.entries(endings).map(([ending, count]) => `${count} ${ending}`).join(", ")
