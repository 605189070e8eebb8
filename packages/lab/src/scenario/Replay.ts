/** A trace on a fleet: the populations of a scenario are those who sent it, at the times at which they did. */
import type { Population, Scenario } from "./Scenario.ts"
import type { Row } from "./TraceFile.ts"

/** The last ones get time to be answered. */
const afterwards = 60_000

const median = (values: ReadonlyArray<number>): number | undefined =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

type Sized = Row & { readonly prompt: number; readonly output: number }

const known = ({ output, prompt }: Row): boolean => prompt !== undefined && output !== undefined

/** What was never answered is taken to be as long as what else its key asked, or as long as the rest. */
const sized = (rows: ReadonlyArray<Row>): ReadonlyArray<Sized> => {
  const medians = (some: ReadonlyArray<Row>) => ({
    prompt: median(some.flatMap(({ prompt }) => prompt ?? [])),
    output: median(some.flatMap(({ output }) => output ?? []))
  })
  const all = medians(rows)
  const keyOf = ({ key, organisation }: Row) => `${organisation} ${key}`
  const byKey = new Map(Array.from(Map.groupBy(rows, keyOf), ([key, own]) => [key, medians(own)]))
  return rows.map((row) => {
    if (known(row)) return row as Sized
    const own = byKey.get(keyOf(row))!
    return {
      ...row,
      prompt: row.prompt ?? own.prompt ?? all.prompt ?? 1,
      output: row.output ?? own.output ?? all.output ?? 0
    }
  })
}

const short = ({ key, organisation }: Row): string => `${organisation} ${key}`

/** All that makes two requests of different populations. */
const whole = (row: Row): string =>
  [
    short(row),
    row.model,
    row.priority,
    ...(row.routingMode === undefined || row.routingMode === "any" ? [] : [row.routingMode])
  ].join(" ")

const populationOf = (label: string, group: ReadonlyArray<Sized>, start: number, models: ReadonlyArray<string>) => {
  const { key, model, organisation, priority, routingMode } = group[0]!
  return {
    name: label,
    organisation,
    key,
    priority,
    ...(routingMode === undefined ? {} : { routingMode }),
    model: models.includes(model) ? model : models[0]!,
    arrivals: {
      kind: "trace",
      requests: group.toSorted((a, b) => a.at - b.at).map(({ at, output, prompt }) =>
        [at - start, prompt, output] as const
      )
    },
    // every request brings its own
    prompt: { kind: "fixed", tokens: 1 },
    output: { kind: "fixed", tokens: 1 }
  } satisfies Population
}

const remarks = (rows: ReadonlyArray<Row>, models: ReadonlyArray<string>): ReadonlyArray<string> => {
  const unknown = rows.filter((row) => !known(row)).length
  const foreign = [...new Set(rows.map(({ model }) => model))].filter((model) => !models.includes(model))
  return [
    ...(unknown === 0
      ? []
      : [`${unknown} of them were never answered, and are taken to be as long as their key's median.`]),
    ...(foreign.length === 0
      ? []
      : [`This fleet does not have ${foreign.join(", ")}: what asked for it is played on ${models[0]!}.`])
  ]
}

/** The servers, models and policies of another scenario under this traffic. */
export const scenario = (name: string, fleet: Scenario, rows: ReadonlyArray<Row>): Scenario => {
  const start = rows.reduce((least, { at }) => Math.min(least, at), Infinity)
  const end = rows.reduce((most, { at }) => Math.max(most, at), -Infinity)
  const models = fleet.models.map((model) => model.name)
  const groups = [...Map.groupBy(sized(rows), whole)]
  const names = groups.map(([, group]) => short(group[0]!))
  const populations = groups.map(([label, group], place) =>
    populationOf(
      names.indexOf(names[place]!) === names.lastIndexOf(names[place]!) ? names[place]! : label,
      group,
      start,
      models
    )
  )
  const told = `${rows.length} requests of a trace, on the fleet of ${fleet.name}.`
  return {
    ...fleet,
    name,
    description: [told, ...remarks(rows, models)].join(" "),
    duration: end - start + afterwards,
    bestPriority: Math.max(fleet.bestPriority ?? 5, ...populations.map(({ priority }) => priority)),
    populations
  }
}
