/** Every command of the service, as one program that runs when this module is loaded. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Effect, Exit, Layer } from "effect"
import { Command } from "effect/cli"
import { version } from "../Version.ts"
import { aiguilleur } from "./Commands.ts"
import * as Logging from "./Logging.ts"
import * as Presentation from "./Presentation.ts"
import { report } from "./Refusal.ts"

// The first signal ends the service in order, which may take a while: the second one does not wait.
let signals = 0
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (++signals > 1) process.exit(signal === "SIGINT" ? 130 : 143)
  })
}

aiguilleur.pipe(
  Command.run({ version }),
  report,
  Effect.provide(Layer.mergeAll(NodeServices.layer, Presentation.layer, Logging.layer)),
  NodeRuntime.runMain({
    // Being told to end is not a failure.
    teardown: (exit, onExit) => onExit(Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause) ? 0 : 1)
  })
)
