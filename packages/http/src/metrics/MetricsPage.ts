/** The page that explains the metrics, written from their definitions. */
import type { Definition } from "./Definition.ts"
import { sections } from "./Sections.ts"

const opening = `# Metrics

\`GET /metrics\` serves these in Prometheus' text format. Written from the code by \`npx node scripts/metrics.mjs\`; a test compares the page with what is served, both ways.

It wants a key with a viewer's or an operator's rights as its bearer token (\`aiguilleur keys create prometheus --organisation ORGANISATION --rights viewer\`). Where nobody but Prometheus can reach the port, \`http: { metrics: open }\` asks for none ([decision 0009](decisions/0009-metrics.md)).

Labels take their values from the configuration and from closed lists: models, servers (their URL), organisations, priorities from 0 to \`bestPriority\`, outcomes, reasons. What callers make up, such as names of models that there are not and keys that nobody has, never becomes a label. Counters begin at zero when the process does.
`

const cell = (text: string) => text.replaceAll("|", "\\|")

const row = ({ bounds, help, labels, name, type, unit }: Definition): string => {
  const kind = bounds.length === 0 ? type : `${type}: ${bounds.join(", ")}`
  return `| \`${name}\` | ${kind} | ${unit} | ${labels.map((label) => `\`${label}\``).join(", ")} | ${cell(help)} |`
}

const section = (title: string, definitions: Readonly<Record<string, Definition>>): string =>
  [
    `## ${title}`,
    "",
    "| name | type | unit | labels | meaning |",
    "| --- | --- | --- | --- | --- |",
    ...Object.values(definitions).map(row),
    ""
  ].join("\n")

export const page = (): string =>
  [opening, ...sections.map(([title, definitions]) => section(title, definitions))].join("\n")
