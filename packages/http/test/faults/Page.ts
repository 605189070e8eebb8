/** `docs/faults.md`, written from the matrix itself. */
import type { Mode } from "./Column.ts"
import { fleets, moments } from "./Column.ts"
import { cells, rows } from "./Matrix.ts"
import type { Playable, Seen } from "./Row.ts"

const said = (seen: Seen): string =>
  [seen.client, seen.sdk, seen.broken, seen.other, seen.settled].map((text) => text.replaceAll("|", "\\|")).join(" | ")

/** One line for both fleets where they do not differ. */
const linesOf = (row: Playable, mode: Mode): ReadonlyArray<string> => {
  const own = row.fleets ?? fleets
  const lines = own.map((fleet) => said(row.seen(mode, fleet)))
  if (own.length === 2 && lines[0] === lines[1]) return [`| ${mode} | either | ${lines[0]} |`]
  return own.map((fleet, i) => `| ${mode} | ${fleet} | ${lines[i]} |`)
}

const section = (row: Playable): ReadonlyArray<string> => [
  `### ${row.what}`,
  "",
  "| request | server | client | SDK | it received | the other received | settled |",
  "| --- | --- | --- | --- | --- | --- | --- |",
  ...row.modes.flatMap((mode) => linesOf(row, mode)),
  ""
]

const opening = `# What breaks, and what is seen of it

Written by \`node scripts/faults.mjs\` from \`packages/http/test/faults\`, where every line is a test over real HTTP; do not edit.
${rows.length} rows, ${cells.length} cells. After every one of them the gateway holds no lease, no ticket and nothing under way, its sockets are closed, and the process has no timer, server or socket more than before.

- **request**: an *answer* in one piece; a *stream*; a stream with an *early head* (\`x-wait-events: 1\`), which was told of its wait before there was a server for it, so that no status is left to give.
- **server**: the one that breaks stands *beside another* that is sound, or *alone*. The other is where a request is retried.
- **client**: status, then what came of five tokens. *broken off*: the connection ends before the answer's own framing does.
- **SDK**: what the official \`openai\` package makes of these very bytes with \`maxRetries: 0\`. It is never content with less than everything, except where the engine itself answered something else and called it an answer.
- **it received**: for each request that reached the server that breaks, what became of it: *finished*, *refused* with a status, *cut* by itself, *aborted* by the gateway; of a scripted engine, *answered* or *closed*; of a process, the signal.
- **settled**: each lease's outcome (DESIGN §3.5) with prompt + completion tokens as the engine reported them, or *about* so many as were counted; then how the request ended in the usage rows.

Seen elsewhere: the database away and \`kill -9\` of the gateway itself, in the tests of the store and of the service.
`

export const page = (): string =>
  [
    opening,
    ...moments.flatMap((when) => [
      `## Broken ${when}`,
      "",
      ...rows.filter((row) => row.when === when).flatMap(section)
    ])
  ].join("\n")
