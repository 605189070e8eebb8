/** Every command of the service. What needs the database opens it when it runs: help and completions never do. */
import { stt } from "@aiguilleur/stt/command/Stt"
import { Command } from "effect/cli"
import { checkConfig } from "./CheckConfig.ts"
import { imported } from "./ImportAristote.ts"
import { keys } from "./KeysCommand.ts"
import { lab } from "./LabCommand.ts"
import { load } from "./LoadCommand.ts"
import { organisations } from "./OrganisationsCommand.ts"
import { scenario } from "./ScenarioCommand.ts"
import { serve } from "./Serve.ts"
import { shadow } from "./ShadowCommand.ts"
import * as StoreAccess from "./StoreAccess.ts"
import { usage } from "./UsageCommand.ts"

/** Commands on an open database. */
export const onStore = [keys, organisations, usage, shadow, imported] as const

export const aiguilleur = Command.make("aiguilleur").pipe(
  Command.withDescription(
    "One OpenAI-compatible entry point in front of many inference servers.\n" +
      "  Keys and usage are in the database of DATABASE_URL, else in the folder of AIGUILLEUR_DATA (./data): commands\n" +
      "  work on it beside a running gateway, which follows them within a second, and without one."
  ),
  Command.withExamples([
    { command: "aiguilleur serve", description: "Try it: simulated servers and three keys" },
    { command: "aiguilleur check-config aiguilleur.yaml", description: "Is the file right?" },
    { command: "aiguilleur serve --config aiguilleur.yaml", description: "Serve what it describes" },
    { command: "aiguilleur keys create moodle --organisation univ-a", description: "Let somebody in, meanwhile" }
  ]),
  Command.withSubcommands([
    serve,
    checkConfig,
    lab,
    load,
    scenario,
    keys.pipe(Command.provide(StoreAccess.layer)),
    organisations.pipe(Command.provide(StoreAccess.layer)),
    usage.pipe(Command.provide(StoreAccess.layer)),
    shadow.pipe(Command.provide(StoreAccess.layer)),
    imported.pipe(Command.provide(StoreAccess.layer)),
    stt
  ])
)
