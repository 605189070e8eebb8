/** The commands as a program, for tests that call them as people do. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect } from "effect"
import { Command } from "effect/cli"
import { stt } from "../../src/command/Stt.ts"

stt.pipe(
  Command.run({ version: "0.0.0" }),
  Effect.provide(NodeServices.layer),
  (main) => NodeRuntime.runMain(main as Effect.Effect<void>)
)
