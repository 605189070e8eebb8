/** Yesterday's traffic as a scenario's populations: a CSV of arrival times, keys and token counts, without content. */
import { RoutingMode } from "@aiguilleur/core/Caller"
import { Result } from "effect"
import type { Population, Scenario } from "./Scenario.ts"
import type { Problem } from "./ScenarioError.ts"
import { ScenarioError } from "./ScenarioError.ts"

export const columns = ["at", "organisation", "key", "model", "priority", "prompt_tokens", "output_tokens"] as const

type Column = typeof columns[number] | "routing_mode"

interface Row {
  readonly at: number
  readonly organisation: string
  readonly key: string
  readonly model: string
  readonly priority: number
  readonly prompt: number
  readonly output: number
  readonly routingMode: RoutingMode | undefined
}

/** `routing_mode` may be there too. `at` is seconds from any origin, or an instant like 2027-03-01T08:00:00Z; fields hold no commas. */
export const parse = (text: string): Result.Result<ReadonlyArray<Row>, ScenarioError> => {
  const [head = "", ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== "")
  const names = head.split(",").map((name) => name.trim())
  const missing = columns.filter((name) => !names.includes(name))
  if (missing.length > 0) {
    const message = `expected the columns ${columns.join(", ")}; ${missing.join(", ")} missing`
    return Result.fail(new ScenarioError({ problems: [{ path: "line 1", message }] }))
  }
  const problems: Array<Problem> = []
  const rows = lines.map((line, index): Row => {
    const cells = line.split(",").map((cell) => cell.trim())
    const cell = (name: Column) => cells[names.indexOf(name)] ?? ""
    const read = (name: Column, expected: string, value: number, isGood: boolean) => {
      if (!isGood) {
        problems.push({ path: `line ${index + 2}, ${name}`, message: `expected ${expected}, found "${cell(name)}"` })
      }
      return value
    }
    const whole = (name: Column, least: number) => {
      const value = cell(name) === "" ? Number.NaN : Number(cell(name))
      return read(name, `a whole number of at least ${least}`, value, Number.isInteger(value) && value >= least)
    }
    const mode = cell("routing_mode")
    const routingMode = RoutingMode.literals.find((name) => name === mode)
    read(
      "routing_mode",
      `one of ${RoutingMode.literals.join(", ")}, or nothing`,
      0,
      mode === "" || routingMode !== undefined
    )
    const bare = cell("at") === "" ? Number.NaN : Number(cell("at"))
    const at = Number.isFinite(bare) ? bare * 1000 : Date.parse(cell("at"))
    return {
      at: read("at", "seconds, or an instant like 2027-03-01T08:00:00Z", at, Number.isFinite(at)),
      organisation: cell("organisation"),
      key: cell("key"),
      model: cell("model"),
      priority: whole("priority", 0),
      prompt: whole("prompt_tokens", 1),
      output: whole("output_tokens", 0),
      routingMode
    }
  })
  if (rows.length === 0) problems.push({ path: "", message: "expected at least one request" })
  return problems.length > 0 ? Result.fail(new ScenarioError({ problems })) : Result.succeed(rows)
}

/** The fleet, models and policies of another scenario under this traffic. */
export const replay = (name: string, fleet: Scenario, rows: ReadonlyArray<Row>): Scenario => {
  const start = rows.reduce((least, { at }) => Math.min(least, at), Infinity)
  const end = rows.reduce((most, { at }) => Math.max(most, at), 0)
  const models = fleet.models.map((model) => model.name)
  const groups = Map.groupBy(
    rows,
    ({ key, model, organisation, priority, routingMode }) =>
      [organisation, key, model, priority, ...(routingMode === undefined ? [] : [routingMode])].join(" ")
  )
  const populations = Array.from(groups, ([label, group]): Population => {
    const { key, model, organisation, priority, routingMode } = group[0]!
    return {
      name: label,
      organisation,
      key,
      priority,
      ...(routingMode === undefined ? {} : { routingMode }),
      // a model that this fleet does not have is played on its first
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
    }
  })
  return {
    ...fleet,
    name,
    description: `${rows.length} requests of a trace, on the fleet of ${fleet.name}.`,
    // the last ones get time to be answered
    duration: end - start + 60_000,
    bestPriority: Math.max(fleet.bestPriority ?? 5, ...populations.map(({ priority }) => priority)),
    populations
  }
}
