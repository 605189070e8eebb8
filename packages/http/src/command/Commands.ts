/** Every command of the service. What needs the database opens it when it runs: help and completions never do. */
import { Command } from "effect/cli"
import { checkConfig } from "./CheckConfig.ts"
import { imported } from "./ImportAristote.ts"
import { keys } from "./KeysCommand.ts"
import { organisations } from "./OrganisationsCommand.ts"
import { serve } from "./Serve.ts"
import { shadow } from "./ShadowCommand.ts"
import * as StoreAccess from "./StoreAccess.ts"
import { usage } from "./UsageExport.ts"

export const version = "0.1.0"

/** Commands on an open database. */
export const onStore = [keys, organisations, usage, shadow, imported] as const

export const aiguilleur = Command.make("aiguilleur").pipe(
  Command.withDescription("One OpenAI-compatible entry point in front of many inference servers"),
  Command.withSubcommands([
    serve,
    checkConfig,
    keys.pipe(Command.provide(StoreAccess.layer)),
    organisations.pipe(Command.provide(StoreAccess.layer)),
    usage.pipe(Command.provide(StoreAccess.layer)),
    shadow.pipe(Command.provide(StoreAccess.layer)),
    imported.pipe(Command.provide(StoreAccess.layer))
  ])
)
