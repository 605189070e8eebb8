/** The table of endpoints and engines in `docs/engines.md`, as the drivers would write it. */
import { drivers } from "./Backends.ts"
import type { Support } from "./Endpoint.ts"
import { all, paths } from "./Endpoint.ts"

export const opening = "<!-- endpoints: written by `npx node scripts/endpoint-table.mjs` -->"

export const closing = "<!-- /endpoints -->"

const marks: Record<Support, string> = { yes: "yes", depends: "(yes)", no: "–" }

const row = (cells: ReadonlyArray<string>): string => `| ${cells.join(" | ")} |`

export const table = (): string => {
  const modules = Object.values(drivers).sort((a, b) => a.title < b.title ? -1 : 1)
  return [
    row(["endpoint", ...modules.map(({ title }) => title)]),
    row(["---", ...modules.map(() => ":-:")]),
    ...all.map((endpoint) =>
      row([
        paths[endpoint].map((path) => `\`${path}\``).join(" "),
        ...modules.map(({ endpoints }) => marks[endpoints[endpoint]])
      ])
    )
  ].join("\n")
}

/** The page with the table that its drivers would write now; `undefined` when it has no place for one. */
export const updated = (page: string): string | undefined => {
  const from = page.indexOf(opening)
  const to = page.indexOf(closing)
  if (from === -1 || to < from) return undefined
  return `${page.slice(0, from + opening.length)}\n${table()}\n${page.slice(to)}`
}
