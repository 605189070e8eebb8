/** `aiguilleur keys`: the keys of the database. */
import { Command } from "effect/cli"
import { create } from "./KeysCreate.ts"
import { edit } from "./KeysEdit.ts"
import { list } from "./KeysList.ts"
import { revoke } from "./KeysRevoke.ts"

export const keys = Command.make("keys").pipe(
  Command.withDescription("Create, list, edit and revoke API keys"),
  Command.withSubcommands([create, list, edit, revoke])
)
