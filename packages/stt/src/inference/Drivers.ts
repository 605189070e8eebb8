/** The drivers of the servers behind the dispatcher, which live in a package that this one does not import. */
import type { Backend } from "@aiguilleur/core/Backend"
import type { ServerKind } from "@aiguilleur/core/Server"
import { Context } from "effect"

export class Drivers extends Context.Service<Drivers, {
  readonly of: (kind: ServerKind) => Backend
}>()("@aiguilleur/stt/Drivers") {}
