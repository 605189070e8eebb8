/** Yesterday's traffic as a scenario's populations: a CSV of arrival times, keys and token counts, without content. */
import { RoutingMode } from "@aiguilleur/core/Caller"
import { Result } from "effect"
import * as Csv from "./Csv.ts"
import type { Problem } from "./ScenarioError.ts"
import { ScenarioError } from "./ScenarioError.ts"

export const columns = ["at", "organisation", "key", "model", "priority", "prompt_tokens", "output_tokens"] as const

type Column = typeof columns[number] | "routing_mode"

export interface Row {
  readonly at: number
  readonly organisation: string
  readonly key: string
  readonly model: string
  readonly priority: number
  /** Not known of a request that was never answered. */
  readonly prompt: number | undefined
  readonly output: number | undefined
  readonly routingMode: RoutingMode | undefined
}

const refused = (problems: ReadonlyArray<Problem>) => Result.fail(new ScenarioError({ problems }))

/** `routing_mode` may be there too. `at` is seconds from any origin, or an instant like 2027-03-01T08:00:00Z. */
export const parse = (text: string): Result.Result<ReadonlyArray<Row>, ScenarioError> => {
  const [head, ...lines] = Csv.parse(text)
  const names = head?.cells ?? []
  const missing = columns.filter((name) => !names.includes(name))
  if (missing.length > 0) {
    const message = `expected the columns ${columns.join(", ")}; ${missing.join(", ")} missing`
    return refused([{ path: "line 1", message }])
  }
  const problems: Array<Problem> = []
  const rows = lines.map(({ cells, line }): Row => {
    const cell = (name: Column) => cells[names.indexOf(name)] ?? ""
    const read = (name: Column, expected: string, value: number, isGood: boolean) => {
      if (!isGood) {
        problems.push({ path: `line ${line}, ${name}`, message: `expected ${expected}, found "${cell(name)}"` })
      }
      return value
    }
    const whole = (name: Column, least: number) => {
      const value = cell(name) === "" ? Number.NaN : Number(cell(name))
      return read(name, `a whole number of at least ${least}`, value, Number.isInteger(value) && value >= least)
    }
    const tokens = (name: Column, least: number) => cell(name) === "" ? undefined : whole(name, least)
    const mode = cell("routing_mode")
    const routingMode = RoutingMode.literals.find((name) => name === mode)
    const modes = `one of ${RoutingMode.literals.join(", ")}, or nothing`
    read("routing_mode", modes, 0, mode === "" || routingMode !== undefined)
    const bare = cell("at") === "" ? Number.NaN : Number(cell("at"))
    const at = Number.isFinite(bare) ? bare * 1000 : Date.parse(cell("at"))
    return {
      at: read("at", "seconds, or an instant like 2027-03-01T08:00:00Z", at, Number.isFinite(at)),
      organisation: cell("organisation"),
      key: cell("key"),
      model: cell("model"),
      priority: whole("priority", 0),
      prompt: tokens("prompt_tokens", 1),
      output: tokens("output_tokens", 0),
      routingMode
    }
  })
  if (rows.length === 0) problems.push({ path: "", message: "expected at least one request" })
  else if (rows.every(({ prompt }) => prompt === undefined)) {
    problems.push({ path: "prompt_tokens", message: "expected at least one request whose tokens are known" })
  }
  return problems.length > 0 ? refused(problems) : Result.succeed(rows)
}
