/** Every command of the service, as one program that runs when this module is loaded. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Config, Effect, Exit, Layer, Logger, References } from "effect"
import { Command } from "effect/cli"
import { version } from "../Version.ts"
import { aiguilleur } from "./Commands.ts"
import * as Presentation from "./Presentation.ts"
import { report } from "./Refusal.ts"

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
  Layer.succeed(Logger.LogToStderr, true),
  process.env.LOG_FORMAT === "json" ? Logger.layer([Logger.consoleJson]) : Layer.empty
)

aiguilleur.pipe(
  Command.run({ version }),
  report,
  Effect.provide(Layer.mergeAll(NodeServices.layer, Presentation.layer, logging)),
  NodeRuntime.runMain({
    // Being told to end is not a failure.
    teardown: (exit, onExit) => onExit(Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause) ? 0 : 1)
  })
)
