/** From the text of a scenario file to a scenario whose references all lead somewhere. */
import { Result, Schema } from "effect"
import type { Document } from "yaml"
import { isNode, isScalar, LineCounter, parseDocument, visit } from "yaml"
import * as Profiles from "../engine/Profile.ts"
import { problemsOf } from "./Mismatch.ts"
import { bestPriorityOf, Scenario } from "./Scenario.ts"
import type { Problem } from "./ScenarioError.ts"
import { ScenarioError } from "./ScenarioError.ts"

const decodeUnknown = Schema.decodeUnknownResult(Scenario, { errors: "all", onExcessProperty: "error" })

/** The first ones of a file tell what is wrong with it. */
const mostProblems = 20

const refused = (messages: ReadonlyArray<string>) =>
  Result.fail(
    new ScenarioError({ problems: messages.map((message) => ({ path: "", message: `not YAML: ${message}` })) })
  )

interface Flaw {
  readonly message: string
  readonly offset: number
}

// The parser compares each key with all before it, and writes out a mapping that is a key at each level around it.
const wrongKeys = (document: Document): ReadonlyArray<Flaw> => {
  const flaws: Array<Flaw> = []
  visit(document, {
    Map: (_, { items }) => {
      const seen = new Set<unknown>()
      for (const { key } of items) {
        const offset = (isNode(key) ? key.range?.[0] : undefined) ?? 0
        if (!isScalar(key)) flaws.push({ message: "A key must be a plain name", offset })
        else if (key.value !== "<<") {
          if (seen.has(key.value)) flaws.push({ message: "Map keys must be unique", offset })
          seen.add(key.value)
        }
      }
    }
  })
  return flaws
}

export const parse = (text: string): Result.Result<Scenario, ScenarioError> => {
  const lines = new LineCounter()
  // Places are told here: the parser's own way repeats the whole line for each error of it.
  const options = {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    merge: true,
    logLevel: "error"
  } as const
  const document = parseDocument(text, options)
  const problems = [
    ...document.errors.map(({ message, pos: [offset] }): Flaw => ({ message, offset })),
    ...wrongKeys(document)
  ]
  if (problems.length > 0) {
    return refused(
      problems.slice(0, mostProblems).map(({ message, offset }) => {
        const { col, line } = lines.linePos(offset)
        return `${message} at line ${line}, column ${col}`
      })
    )
  }
  // Aliases that lead nowhere, or to too much, are found only here, and so is what cannot be merged.
  const value = Result.try({ try: (): unknown => document.toJS(), catch: (cause) => String((cause as Error).message) })
  return Result.isFailure(value) ? refused([value.failure]) : decode(value.success)
}

/** Of plain values, as JSON or a page of sliders has them. */
export const decode = (value: unknown): Result.Result<Scenario, ScenarioError> =>
  Result.match(decodeUnknown(value), {
    onFailure: ({ issue }) => Result.fail(new ScenarioError({ problems: problemsOf(issue, value) })),
    onSuccess: (scenario) => {
      const problems = dangling(scenario)
      return problems.length === 0 ? Result.succeed(scenario) : Result.fail(new ScenarioError({ problems }))
    }
  })

/** What the Schema cannot see: names that nothing has, values that exclude one another. */
const dangling = (scenario: Scenario): Array<Problem> => {
  const problems: Array<Problem> = []
  const report = (path: string, message: string) => problems.push({ path, message })
  for (const field of ["models", "servers", "populations", "columns"] as const) {
    if (scenario[field].length === 0) report(field, "expected at least one")
    const names = new Set<string>()
    for (const [index, { name }] of scenario[field].entries()) {
      if (names.has(name)) report(`${field}[${index}].name`, `"${name}" is there twice`)
      names.add(name)
    }
  }
  const models = scenario.models.map(({ name }) => name)
  const isModel = (path: string, name: string) => {
    if (!models.includes(name)) report(path, `expected one of ${models.join(", ")}, found "${name}"`)
  }
  const known = Profiles.profiles.map(({ name }) => name)
  for (const [index, server] of scenario.servers.entries()) {
    const path = `servers[${index}]`
    if (!known.includes(server.profile)) {
      report(`${path}.profile`, `expected one of ${known.join(", ")}, found "${server.profile}"`)
    }
    for (const [at, model] of (server.models ?? []).entries()) isModel(`${path}.models[${at}]`, model)
  }
  const best = bestPriorityOf(scenario)
  for (const [index, population] of scenario.populations.entries()) {
    const path = `populations[${index}]`
    if (population.model !== undefined) isModel(`${path}.model`, population.model)
    if (population.priority > best) {
      report(`${path}.priority`, `expected at most ${best} (bestPriority), found ${population.priority}`)
    }
    const { arrivals } = population
    if (arrivals.kind === "poisson" && (arrivals.perSecond === undefined) === (arrivals.points === undefined)) {
      report(`${path}.arrivals`, "expected either perSecond or points")
    }
    if (arrivals.kind === "daily" && arrivals.hours !== undefined && arrivals.hours.length !== 24) {
      report(`${path}.arrivals.hours`, `expected 24 numbers, found ${arrivals.hours.length}`)
    }
  }
  return problems
}
