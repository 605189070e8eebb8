/** Every command of the service, as one program that runs when this module is loaded. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Config, Effect, Exit, Layer, Logger, References } from "effect"
import { Command } from "effect/cli"
import { checkConfig } from "./CheckConfig.ts"
import { serve } from "./Serve.ts"

// The first signal ends the service in order, which may take a while: the second one does not wait.
let signals = 0
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (++signals > 1) process.exit(signal === "SIGINT" ? 130 : 143)
  })
}

// Standard output is for what was asked for.
const logging = Layer.mergeAll(
  Layer.effect(
    References.MinimumLogLevel,
    Effect.orElseSucceed(Config.LogLevel("LOG_LEVEL").pipe(Config.withDefault("Info")), () => "Info" as const)
  ),
  Layer.succeed(Logger.LogToStderr, true)
)

const aiguilleur = Command.make("aiguilleur").pipe(
  Command.withDescription("One OpenAI-compatible entry point in front of many inference servers"),
  Command.withSubcommands([serve, checkConfig])
)

aiguilleur.pipe(
  Command.run({ version: "0.1.0" }),
  Effect.provide(Layer.merge(NodeServices.layer, logging)),
  NodeRuntime.runMain({
    // Being told to end is not a failure.
    teardown: (exit, onExit) => onExit(Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause) ? 0 : 1)
  })
)
