/** `aiguilleur load`: the populations of a scenario at any OpenAI-compatible endpoint, and the laboratory's report on it. */
import * as Asked from "@aiguilleur/lab/face/command/Asked"
import { deliver } from "@aiguilleur/lab/face/command/Delivery"
import * as ProgressBar from "@aiguilleur/lab/face/command/ProgressBar"
import * as ColumnReports from "@aiguilleur/lab/report/ColumnReport"
import * as Study from "@aiguilleur/lab/report/Study"
import type { Scenario } from "@aiguilleur/lab/scenario/Scenario"
import * as ScenarioFile from "@aiguilleur/lab/scenario/ScenarioFile"
import { Config, Console, Effect, FileSystem, Option, Result } from "effect"
import { Command, Flag } from "effect/cli"
import * as Load from "../load/Load.ts"
import * as Preflight from "../load/Preflight.ts"
import * as Secrets from "../load/Secrets.ts"
import * as KeyFlags from "./KeyFlags.ts"
import { Rejected } from "./Refusal.ts"

const orReject = <A>(result: Result.Result<A, string>, label: string) =>
  Effect.mapError(Effect.fromResult(result), (message) => new Rejected({ message: `${label}: ${message}` }))

const endpoint = (text: string): URL | undefined => {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) ? url : undefined
}

const scenarioOf = Effect.fnUntraced(function*(file: string, shorten: Option.Option<string>) {
  const { readFileString } = yield* FileSystem.FileSystem
  const text = yield* Effect.mapError(
    readFileString(file),
    ({ reason }) => new Rejected({ message: `${file}: ${reason._tag === "NotFound" ? "no such file" : reason._tag}` })
  )
  const scenario = yield* orReject(
    Result.mapError(ScenarioFile.parse(text), ({ message }) => `cannot be played:\n${message}`),
    file
  )
  return Option.isNone(shorten) ? scenario : yield* orReject(Asked.shorten(scenario, shorten.value), "--shorten")
})

/** Nothing is known of what is behind the endpoint but what it says. */
const machineOf = (server: string) => ({
  url: server,
  name: server,
  organisation: null,
  profile: null,
  maxConcurrent: null,
  preemptions: null,
  reused: null
})

const complain = (complaints: Load.Loaded["complaints"]) =>
  Effect.forEach(
    [...complaints].toSorted(([, a], [, b]) => b - a).slice(0, 10),
    ([message, count]) => Console.error(`${count} × ${message}`),
    { discard: true }
  )

const secretsOf = Effect.fnUntraced(function*(flags: ReadonlyArray<string>, { populations }: Scenario) {
  const common = yield* Effect.orDie(Config.option(Config.NonEmptyString("AIGUILLEUR_KEY")))
  return yield* orReject(Secrets.read([...Option.toArray(common), ...flags], populations), "--key")
})

export const load = Command.make(
  "load",
  {
    url: Flag.String("url").pipe(
      Flag.filterMap(
        (text) => Option.fromUndefinedOr(endpoint(text)),
        (text) => `Expected an http:// or https:// URL, found "${text}"`
      ),
      Flag.withDescription("The endpoint: Aiguilleur, vLLM, anything that speaks OpenAI's API")
    ),
    scenario: Flag.String("scenario").pipe(Flag.withMetavar("FILE"), Flag.withDescription("Whose users come")),
    key: Flag.String("key").pipe(
      Flag.withMetavar("[NAME=]SECRET"),
      Flag.withDescription(
        "For all, or for a population, a key or an organisation of the scenario; else AIGUILLEUR_KEY"
      ),
      Flag.atLeast(0)
    ),
    model: KeyFlags.text("model").pipe(
      Flag.withDescription("What the endpoint calls the model; as in the scenario if left out"),
      Flag.optional
    ),
    shorten: Flag.String("shorten").pipe(
      Flag.withMetavar("SPAN"),
      Flag.withDescription("The same over 60s, 5m, 2h: its ramps and windows shrink with it"),
      Flag.optional
    ),
    ignoreEos: Flag.Boolean("ignore-eos").pipe(
      Flag.withDescription("Ask vLLM for answers of the full length"),
      Flag.withDefault(false)
    ),
    out: Flag.String("out").pipe(
      Flag.withMetavar("DIR"),
      Flag.withDescription("Where the page goes; data/load, or nowhere beside --json"),
      Flag.optional
    ),
    json: KeyFlags.json
  },
  Effect.fn("Load.run")(function*({ ignoreEos, json, key, model, out, scenario: file, shorten, url }) {
    const scenario = yield* scenarioOf(file, shorten)
    const secrets = yield* secretsOf(key, scenario)
    const target: Load.Target = {
      url,
      ignoreEos,
      keyOf: secrets.of,
      modelOf: (population) => Option.getOrElse(model, () => population.model ?? scenario.models[0]!.name)
    }
    yield* Effect.mapError(Preflight.check(target, scenario), ({ message }) => new Rejected({ message }))
    const bar = ProgressBar.make(process.stderr)
    const name = `Measured at ${url.host}`
    const { complaints, evidence } = yield* Load.run(
      scenario,
      target,
      machineOf,
      (share) => bar.show({ column: name, share })
    )
    bar.clear()
    const report = Study.report(scenario, [ColumnReports.make(scenario, { name }, evidence, new Map())])
    const page = deliver(report, {
      json,
      out: Option.getOrElse(out, () => json ? undefined : "data/load")
    })
    yield* complain(complaints)
    if (page !== undefined) yield* Console.error(`${evidence.lines.length} requests sent: ${page}`)
  })
).pipe(
  Command.withDescription("Put a real endpoint under the load of a scenario, and report on it as the laboratory does"),
  Command.withExamples([
    {
      command: "aiguilleur load --url http://127.0.0.1:8080 --scenario fixtures/scenarios/demo.yaml",
      description: "The demo, from another terminal"
    },
    {
      command:
        "aiguilleur load --url https://llm.example --scenario FILE --key interactive=… --key batch=… --shorten 60s",
      description: "A gateway, with a key for each population, in a minute"
    }
  ])
)
