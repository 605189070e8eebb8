/** `aiguilleur check-config FILE`: says what a configuration file amounts to, or everything that is wrong with it. */
import { Console, Effect, Runtime, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import type { Config } from "../config/Config.ts"
import { render, renderJson } from "../config/ConfigError.ts"
import { load } from "../config/ConfigLoader.ts"
import type { Environment } from "../config/Environment.ts"

/** Ends the command with exit code 1; the problems themselves have been printed. */
export class ConfigRejected extends Schema.TaggedError<ConfigRejected>()("ConfigRejected", {
  file: Schema.String,
  problems: Schema.Int
}) {
  override readonly [Runtime.errorReported] = false
}

/** The command over a given environment, which `${NAME}` in the file refers to. */
export const make = (environment: Environment) =>
  Command.make(
    "check-config",
    {
      file: Argument.String("file").pipe(Argument.withDescription("The configuration file (YAML)")),
      json: Flag.Boolean("json").pipe(Flag.withDescription("Print JSON"), Flag.withDefault(false))
    },
    Effect.fn("CheckConfig.run")(function*({ file, json }) {
      const config = yield* load(file, { environment }).pipe(
        Effect.catchTag("ConfigError", ({ problems }) =>
          Effect.gen(function*() {
            if (json) yield* Console.log(renderJson(file, problems))
            else yield* Console.error([...render(file, problems), count(problems.length, "problem")].join("\n"))
            return yield* new ConfigRejected({ file, problems: problems.length })
          }))
      )
      yield* Console.log(json ? summaryJson(file, config) : summary(file, config).join("\n"))
    })
  ).pipe(
    Command.withDescription("Check a configuration file without starting anything"),
    Command.withExamples([
      { command: "aiguilleur check-config aiguilleur.yaml", description: "Print a summary, or every problem" },
      { command: "aiguilleur check-config aiguilleur.yaml --json", description: "The same for a program" }
    ])
  )

export const checkConfig = make(process.env)

const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? "" : "s"}`

const slotsOf = (config: Config, urls: ReadonlyArray<string>) =>
  config.servers.reduce((slots, server) => urls.includes(server.url) ? slots + server.maxConcurrent : slots, 0)

const summary = (file: string, config: Config): Array<string> => [
  ...render(file, config.warnings).map((line) => `warning: ${line}`),
  `${file} is valid: ` + [
    count(config.models.length, "model"),
    `${count(config.servers.length, "server")} with ${
      count(slotsOf(config, config.servers.map(({ url }) => url)), "slot")
    }`,
    count(config.organisations.length, "organisation"),
    count(config.keys.length, "key")
  ].join(", "),
  ...config.models.map(({ name, policy, servers, shadow, strategy }) =>
    [
      `  ${name}: ${strategy} + ${policy}`,
      count(servers.length, "server"),
      count(slotsOf(config, servers), "slot"),
      ...(shadow === undefined ? [] : [`in its shadow ${shadow.strategy} + ${shadow.policy}`])
    ].join(", ")
  ),
  ...config.keys.map(({ caller, name }) =>
    `  key ${name}: ${caller.organisation}, priority ${caller.priority}, ${caller.routingMode}`
  )
]

const summaryJson = (file: string, config: Config): string =>
  JSON.stringify(
    {
      ok: true,
      file,
      models: config.models.map(({ aliases, name, policy, servers, shadow, strategy }) => ({
        name,
        aliases,
        strategy,
        policy,
        shadow,
        servers,
        slots: slotsOf(config, servers)
      })),
      servers: config.servers.map(({ kind, maxConcurrent, organisation, site, url }) => ({
        url,
        kind,
        organisation,
        site,
        maxConcurrent
      })),
      organisations: config.organisations,
      keys: config.keys.map(({ caller: { organisation, priority, routingMode }, name }) => ({
        name,
        organisation,
        priority,
        routingMode
      })),
      warnings: config.warnings
    },
    null,
    2
  )
