/** `aiguilleur lab`: the laboratory, where there is no `npm run lab`. */
import * as Laboratory from "@aiguilleur/lab/face/command/Command"
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as KeyFlags from "./KeyFlags.ts"
import { CommandFailed } from "./Refusal.ts"

const one = (name: string, metavar: string, what: string) =>
  Flag.String(name).pipe(Flag.withMetavar(metavar), Flag.withDescription(what), Flag.optional)

const many = (name: string, metavar: string, what: string) =>
  Flag.String(name).pipe(Flag.withMetavar(metavar), Flag.withDescription(what), Flag.atLeast(0))

const values = {
  policy: many("policy", "STRATEGY+POLICY", "Instead of the scenario's columns; may be repeated"),
  seed: one("seed", "N", "Another seed"),
  fleet: one("fleet", "SCENARIO", "The servers, models and policies that a trace is replayed on"),
  kill: many("kill", "SERVER@TIME", "What if this server died: gpu-1@12:00, gpu-1@90s, gpu-1@90s+30s"),
  scale: many("scale", "NAME=TIMES", "What if a population, or an organisation, sent so many times as much"),
  shorten: one("shorten", "SPAN", "The same over 60s, 5m, 2h: its ramps and windows shrink with it"),
  reserve: one("reserve", "N", "What if every server kept N slots for its owner"),
  out: one("out", "DIR", "Where the report goes; data/lab, or nowhere beside --json")
}

type Given = { readonly [Name in keyof typeof values]: ReadonlyArray<string> | Option.Option<string> }

const written = (given: Given): ReadonlyArray<string> =>
  Object.keys(values).flatMap((name) => {
    const value = given[name as keyof Given]
    const texts = Option.isOption(value) ? Option.toArray(value) : value
    return texts.map((text) => `--${name}=${text}`)
  })

export const lab = Command.make(
  "lab",
  {
    file: Argument.String("file").pipe(
      Argument.withDescription("A scenario (YAML), or a trace (.csv) with --fleet")
    ),
    ...values,
    json: KeyFlags.json
  },
  Effect.fn("Lab.run")(function*({ file, json, ...given }) {
    const status = yield* Effect.promise(() => Laboratory.run([file, ...written(given), ...(json ? ["--json"] : [])]))
    if (status !== 0) return yield* new CommandFailed({ message: `The laboratory ended with ${status}.` })
  })
).pipe(
  Command.withDescription("Simulate a fleet and its users under one policy or several, and write a report"),
  Command.withExamples([
    { command: "aiguilleur lab fleet.yaml --kill gpu-1@12:00", description: "What if this server died at noon?" },
    {
      command: "aiguilleur lab monday.csv --fleet fleet.yaml --policy least-busy+performance",
      description: "Yesterday's traffic under another policy"
    }
  ])
)
