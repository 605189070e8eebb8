/** Minutes as the page shows them: lines for charts, a table, and why requests were not served. */
import type { Hour, HourRow, Refusals, Series } from "@aiguilleur/web/dashboard/wire/Hour"
import type { Minutes } from "./RecentMinutes.ts"
import { minute, minutes } from "./RecentMinutes.ts"
import { quantile, times } from "./Scale.ts"
import * as Tally from "./Tally.ts"

/** More lines than that cannot be told apart. */
const mostLines = 7

export type By = "organisation" | "model"

type Timeline = Array<Tally.Tally | undefined>

const timeline = (): Timeline => Array.from({ length: minutes }, () => undefined)

const add = (line: Timeline, place: number, tally: Tally.Tally): void => {
  Tally.addTo(line[place] ??= Tally.make(), tally)
}

const figures = (line: Timeline): Omit<Series, "name" | "of"> => {
  const sum = (pick: (tally: Tally.Tally) => number) => line.map((tally) => tally === undefined ? 0 : pick(tally))
  const p95 = (name: "wait" | "ttft") =>
    line.map((tally) => tally === undefined ? null : quantile(times, tally[name], 0.95) ?? null)
  return {
    requests: sum(({ requests }) => requests),
    tokens: sum(({ output, prompt }) => prompt + output),
    wait: p95("wait"),
    ttft: p95("ttft"),
    unserved: sum(({ evicted, failed, refused }) => refused + evicted + failed)
  }
}

const requestsOf = (line: Timeline): number => line.reduce((sum, tally) => sum + (tally?.requests ?? 0), 0)

const series = (all: Timeline, lines: ReadonlyMap<string, Timeline>): ReadonlyArray<Series> => {
  const ranked = [...lines].toSorted(([a, one], [b, other]) => requestsOf(other) - requestsOf(one) || (a < b ? -1 : 1))
  const own = ranked.length <= mostLines + 1 ? ranked : ranked.slice(0, mostLines)
  const rest = ranked.slice(own.length)
  const others = timeline()
  for (const [, line] of rest) line.forEach((tally, place) => tally !== undefined && add(others, place, tally))
  const ones = own.map(([name, line]): Series => Object.assign(figures(line), { of: "one", name } as const))
  return [
    { of: "all", ...figures(all) },
    ...ones,
    ...(rest.length === 0 ? [] : [{ of: "others", ...figures(others) } as const])
  ]
}

const pair = (counts: ReadonlyMap<number, number>): readonly [number, number] | null => {
  const [p50, p95] = [quantile(times, counts, 0.5), quantile(times, counts, 0.95)]
  return p50 === undefined || p95 === undefined ? null : [p50, p95]
}

const row = (organisation: string, model: string, tally: Tally.Tally): HourRow => ({
  organisation,
  model,
  requests: tally.requests,
  prompt: tally.prompt,
  output: tally.output,
  wait: pair(tally.wait),
  ttft: pair(tally.ttft),
  requeues: tally.requeues,
  refused: tally.refused,
  evicted: tally.evicted,
  failed: tally.failed,
  withdrawn: tally.withdrawn
})

const refusals = (organisation: string, model: string, { reasons }: Tally.Tally): ReadonlyArray<Refusals> =>
  Array.from(reasons, ([text, count]) => {
    const space = text.indexOf(" ")
    const ending = text.slice(0, space) as Refusals["ending"]
    return { organisation, model, ending, reason: text.slice(space + 1), count }
  })

export const hour = (all: Minutes, now: number, by: By, source: Hour["source"]): Hour => {
  const last = Math.floor(now / minute)
  const first = last - minutes + 1
  const total = timeline()
  const lines = new Map<string, Timeline>()
  const table = new Map<string, { readonly kind: Tally.Kind; readonly tally: Tally.Tally }>()
  for (const [at, tallies] of all) {
    if (at < first || at > last) continue
    for (const [kind, tally] of tallies) {
      let line = lines.get(kind[by])
      if (line === undefined) lines.set(kind[by], line = timeline())
      add(line, at - first, tally)
      add(total, at - first, tally)
      const id = `${kind.organisation}\u0000${kind.model}`
      let cell = table.get(id)
      if (cell === undefined) table.set(id, cell = { kind, tally: Tally.make() })
      Tally.addTo(cell.tally, tally)
    }
  }
  const cells = [...table.values()].toSorted((a, b) => b.tally.requests - a.tally.requests)
  return {
    from: first * minute,
    series: series(total, lines),
    rows: cells.map(({ kind, tally }) => row(kind.organisation, kind.model, tally)),
    refusals: cells.flatMap(({ kind, tally }) => refusals(kind.organisation, kind.model, tally))
      .toSorted((a, b) => b.count - a.count),
    source
  }
}
