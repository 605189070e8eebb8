/** `aiguilleur scenario`: the fleet of a configuration file, for the laboratory. */
import * as Profile from "@aiguilleur/lab/engine/Profile"
import * as ScenarioFile from "@aiguilleur/lab/scenario/ScenarioFile"
import { Console, Effect, Option, Result } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { render } from "../config/ConfigError.ts"
import { load } from "../config/ConfigLoader.ts"
import type { Environment } from "../config/Environment.ts"
import * as FleetScenario from "../config/FleetScenario.ts"
import { Rejected } from "./Refusal.ts"

const known = Profile.profiles.map(({ name }) => name).filter((name) => name !== "test")

/** Secrets do not matter here, and whoever writes a scenario need not have them. */
const indifferent = (environment: Environment): Environment => {
  const valueOf = (name: string | symbol) => environment[String(name)] || `not-set-${String(name)}`
  return new Proxy({}, {
    get: (_, name) => valueOf(name),
    getOwnPropertyDescriptor: (_, name) => ({ configurable: true, value: valueOf(name) })
  })
}

/** `environment` holds what `${NAME}` refers to. */
export const make = (environment: Environment) =>
  Command.make(
    "scenario",
    {
      file: Argument.String("file").pipe(Argument.withDescription("The configuration file of a gateway (YAML)")),
      profile: Flag.Literals("profile", known).pipe(
        Flag.withDescription("GPU and model that every server is taken for, until you say better (docs/profiles.md)"),
        Flag.withDefault("l40s-mistral-small-24b-fp8")
      )
    },
    Effect.fn("Scenario.run")(function*({ file, profile }) {
      const config = yield* load(file, { environment: indifferent(environment) }).pipe(
        Effect.catchTag(
          "ConfigError",
          ({ problems }) => new Rejected({ message: render(file, problems).join("\n") })
        )
      )
      const name = file.replace(/^.*[\\/]/, "").replace(/\.ya?ml$/, "")
      const text = FleetScenario.scenario(name, config, profile)
      if (text === undefined) {
        return yield* new Rejected({ message: `${file} has no model with a server that the laboratory could play.` })
      }
      // Nobody should meet its mistakes later, under a file name of their own.
      const problem = Option.fromUndefinedOr(Result.match(ScenarioFile.parse(text), {
        onFailure: ({ message }) => message,
        onSuccess: () => undefined
      }))
      if (Option.isSome(problem)) return yield* new Rejected({ message: problem.value })
      yield* Console.log(text.trimEnd())
    })
  ).pipe(
    Command.withDescription("Write the fleet of a configuration file as a scenario for the laboratory"),
    Command.withExamples([
      { command: "aiguilleur scenario aiguilleur.yaml > fleet.yaml", description: "To edit, and to try policies on" }
    ])
  )

export const scenario = make(process.env)
