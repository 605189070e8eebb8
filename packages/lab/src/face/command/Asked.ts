/** From the arguments of `lab` to what is to be simulated, with every mistake in words. */
import { Result } from "effect"
import { parseArgs } from "node:util"
import type { Case } from "../../report/Study.ts"
import * as Study from "../../report/Study.ts"
import * as Replay from "../../scenario/Replay.ts"
import type { Column, Scenario } from "../../scenario/Scenario.ts"
import * as ScenarioFile from "../../scenario/ScenarioFile.ts"
import * as TraceFile from "../../scenario/TraceFile.ts"
import * as Variation from "../../scenario/Variation.ts"

export const usage = `Usage: npm run lab -- FILE [options]

FILE is a scenario (fixtures/scenarios/*.yaml), or a trace (.csv) with --fleet.

  --policy STRATEGY+POLICY   instead of the scenario's columns; may be repeated
  --seed N                   another seed
  --fleet SCENARIO           the servers, models and policies that a trace is replayed on
  --kill SERVER@TIME         what if this server died: gpu-1@12:00, gpu-1@90s, gpu-1@90s+30s
  --scale POPULATION=TIMES   what if a population, or an organisation, sent so many times as much
  --shorten SPAN             the same over 60s, 5m, 2h: its ramps and windows shrink with it
  --reserve N                what if every server kept N slots for its owner
  --out DIR                  where the report goes (data/lab)
  --json                     the report as JSON on standard output, and no page unless --out is given

With --kill, --scale or --reserve the last policy is shown twice: as it is, and with the change.`

export interface Asked {
  readonly cases: ReadonlyArray<Case>
  readonly json: boolean
  readonly out: string | undefined
}

const options = {
  policy: { type: "string", multiple: true },
  seed: { type: "string" },
  fleet: { type: "string" },
  kill: { type: "string", multiple: true },
  scale: { type: "string", multiple: true },
  shorten: { type: "string" },
  reserve: { type: "string" },
  out: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean" }
} as const

const wholeNumber = (option: string, text: string): Result.Result<number, string> =>
  /^\d{1,9}$/.test(text)
    ? Result.succeed(Number(text))
    : Result.fail(`--${option}: expected a whole number, found "${text}"`)

/** Fails with what to tell the person; without arguments, with the usage. */
export const read = (args: ReadonlyArray<string>, load: (file: string) => string): Result.Result<Asked, string> =>
  Result.gen(function*() {
    const { positionals, values } = yield* Result.try({
      try: () => parseArgs({ args: [...args], options, allowPositionals: true }),
      catch: (error) => `${(error as Error).message}\n\n${usage}`
    })
    const file = positionals[0]
    if (file === undefined || positionals.length > 1 || values.help === true) return yield* Result.fail(usage)
    let scenario = yield* scenarioOf(file, values.fleet, load)
    if (values.seed !== undefined) scenario = { ...scenario, seed: yield* wholeNumber("seed", values.seed) }
    if (values.shorten !== undefined) scenario = yield* labelled("shorten", shorten(scenario, values.shorten))
    if (values.policy !== undefined) {
      const columns: Array<Column> = []
      for (const text of values.policy) columns.push(yield* labelled("policy", Variation.policy(text)))
      scenario = { ...scenario, columns }
    }
    return {
      cases: yield* casesOf(scenario, values),
      json: values.json === true,
      out: values.out ?? (values.json === true ? undefined : "data/lab")
    }
  })

export const shorten = (scenario: Scenario, text: string): Result.Result<Scenario, string> => {
  const span = Variation.span(text)
  return span === undefined || span <= 0
    ? Result.fail(`expected a span like 60s, 5m or 2h, found "${text}"`)
    : Result.succeed(Variation.shortened(scenario, span))
}

const labelled = <A>(option: string, result: Result.Result<A, string>): Result.Result<A, string> =>
  Result.mapError(result, (message) => `--${option}: ${message}`)

const open = (file: string, load: (file: string) => string): Result.Result<string, string> =>
  Result.try({ try: () => load(file), catch: (error) => `${file}: ${(error as Error).message}` })

const scenarioOf = (
  file: string,
  fleet: string | undefined,
  load: (file: string) => string
): Result.Result<Scenario, string> =>
  Result.gen(function*() {
    const told = (of: string) => (error: { readonly message: string }) => `${of} cannot be simulated:\n${error.message}`
    const isTrace = file.endsWith(".csv")
    if (isTrace && fleet === undefined) {
      return yield* Result.fail(`${file} is a trace: say with --fleet SCENARIO on which servers to replay it`)
    }
    const base = isTrace ? fleet! : file
    const scenario = yield* Result.mapError(ScenarioFile.parse(yield* open(base, load)), told(base))
    if (!isTrace) return scenario
    const rows = yield* Result.mapError(TraceFile.parse(yield* open(file, load)), told(file))
    return Replay.scenario(file.replace(/^.*\//, "").replace(/\.csv$/, ""), scenario, rows)
  })

interface Changes {
  readonly kill?: Array<string>
  readonly scale?: Array<string>
  readonly reserve?: string
}

const casesOf = (
  scenario: Scenario,
  { kill = [], reserve, scale = [] }: Changes
): Result.Result<ReadonlyArray<Case>, string> =>
  Result.gen(function*() {
    let changed = scenario
    const words: Array<string> = []
    for (const text of kill) {
      changed = yield* labelled("kill", Variation.kill(changed, text))
      words.push(`${text.replace("@", " down at ")}`)
    }
    for (const text of scale) {
      changed = yield* labelled("scale", Variation.scale(changed, text))
      words.push(text.replace("=", " × "))
    }
    const last = scenario.columns.at(-1)!
    const slots = reserve === undefined ? undefined : yield* wholeNumber("reserve", reserve)
    if (slots !== undefined) words.push(`reserve ${slots}`)
    if (words.length === 0) return Study.cases(scenario)
    const [before, after] = Study.contrast(scenario, changed, last, words.join(", "))
    return slots === undefined
      ? [before!, after!]
      : [before!, { ...after!, column: { ...after!.column, ownerReserve: slots } }]
  })
