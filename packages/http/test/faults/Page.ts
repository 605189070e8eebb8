/** `docs/faults.md`, written from the matrix itself. */
import type { Mode, Moment } from "./Column.ts"
import { modes, moments } from "./Column.ts"
import type { Fault } from "./Coverage.ts"
import { faults, senseless } from "./Coverage.ts"
import { cells, fleetsOf, rows } from "./Matrix.ts"
import type { Playable, Seen } from "./Row.ts"

const said = (seen: Seen): string =>
  [seen.client, seen.sdk, seen.broken, seen.other, seen.settled].map((text) => text.replaceAll("|", "\\|")).join(" | ")

/** One line for both fleets where they do not differ. */
const linesOf = (row: Playable, mode: Mode): ReadonlyArray<string> => {
  const own = fleetsOf(row)
  const lines = own.map((fleet) => said(row.seen(mode, fleet)))
  if (own.length === 2 && lines[0] === lines[1]) return [`| ${mode} | either | ${lines[0]} |`]
  return own.map((fleet, i) => `| ${mode} | ${fleet} | ${lines[i]} |`)
}

const section = (row: Playable): ReadonlyArray<string> => [
  `### ${row.what}`,
  "",
  ...(row.only === undefined ? [] : [`Only ${row.only.fleet}: ${row.only.because}.`, ""]),
  "| request | server | client | SDK | it received | the other received | settled |",
  "| --- | --- | --- | --- | --- | --- | --- |",
  ...row.modes.flatMap((mode) => linesOf(row, mode)),
  ""
]

const covers = (fault: Fault, moment: Moment, mode: Mode) =>
  rows.some((row) => row.when === moment && row.of?.includes(fault) === true && row.modes.includes(mode))

/** All kinds of request, none, or those that there are cells for. */
const extent = (fault: Fault, moment: Moment): string => {
  const own = modes.filter((mode) => covers(fault, moment, mode))
  return own.length === modes.length ? "all" : own.length === 0 ? "–" : own.join(", ")
}

const overview = [
  `| | ${moments.join(" | ")} |`,
  `| --- |${" --- |".repeat(moments.length)}`,
  ...faults.map((fault) => `| ${fault} | ${moments.map((moment) => extent(fault, moment)).join(" | ")} |`)
]

interface Nothing {
  readonly fault: Fault
  readonly where: string
  readonly reason: string
}

const nothings: ReadonlyArray<Nothing> = faults.flatMap((fault) =>
  moments.flatMap((moment) => {
    const reason = senseless[fault][moment]
    if (reason === undefined) return []
    if (typeof reason === "string") return [{ fault, where: moment, reason }]
    return Object.entries(reason).map(([mode, reason]) => ({ fault, where: `${moment}, ${mode}`, reason }))
  })
)

/** One line for each reason: what it is said of, the faults of one moment together. */
const reasons = Array.from(Map.groupBy(nothings, ({ reason }) => reason), ([reason, all]) => {
  const places = Array.from(
    Map.groupBy(all, ({ where }) => where),
    ([where, own]) => `${own.map(({ fault }) => fault).join("; ")} (${where})`
  )
  return `- ${places.join("; ")}: ${reason}.`
})

const opening = `# What breaks, and what is seen of it

Written by \`npm run faults\` from \`packages/http/test/faults\`, where every line is a test over real HTTP; do not edit.
${rows.length} rows, ${cells.length} cells. After every one of them the gateway holds no lease, no ticket and nothing under way, its sockets are closed, and the process has no timer, server or socket more than before.

- **request**: an *answer* in one piece; a *stream*; a stream with an *early head* (\`x-wait-events: 1\`), which was told of its wait before there was a server for it, so that no status is left to give.
- **server**: the one that breaks stands *beside another* that is sound, or *alone*. The other is where a request is retried.
- **client**: status, then what came of five tokens. *broken off*: the connection ends before the answer's own framing does.
- **SDK**: what the official \`openai\` package makes of these very bytes with \`maxRetries: 0\`. It is never content with less than everything, except where the engine itself answered something else and called it an answer.
- **it received**: for each request that reached the server that breaks, what became of it: *finished*, *refused* with a status, *cut* by itself, *aborted* by the gateway; of a scripted engine, *answered* or *closed*; of a process, the signal.
- **settled**: each lease's outcome (DESIGN §3.5) with prompt + completion tokens as the engine reported them, or *about* so many as were counted; then how the request ended in the usage rows.

*In the middle* is the body in one piece for an answer, and mid-stream for a stream.
`

export const page = (): string =>
  [
    opening,
    "## What is asked of which fault, and when",
    "",
    "For each fault (not every row is one of these) and each moment, the kinds of request that there are cells for.",
    "",
    ...overview,
    "",
    "Where there is nothing to ask, and why:",
    "",
    ...reasons,
    "",
    ...moments.flatMap((when) => [
      `## Broken ${when}`,
      "",
      ...rows.filter((row) => row.when === when).flatMap(section)
    ])
  ].join("\n")
