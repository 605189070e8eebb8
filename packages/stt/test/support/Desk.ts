/** The database of a service that runs elsewhere, reached as the commands reach it. */
import * as Database from "@aiguilleur/store/Database"
import { PgClient } from "@effect/sql-pg/PgClient"
import { Context, Effect, Exit, Layer, Logger, Option, Redacted, Scope } from "effect"
import { Clients } from "../../src/client/Clients.ts"
import { type Scope as Right, scopes } from "../../src/client/Scope.ts"
import type { ParameterName } from "../../src/parameter/Parameter.ts"
import { Parameters } from "../../src/parameter/Parameters.ts"
import * as Service from "../../src/Service.ts"
import { Settings } from "../../src/Settings.ts"
import { Vault } from "../../src/Vault.ts"

export const desk = async (data: string) => {
  const scope = Scope.makeUnsafe()
  const layer = Service.repositories.pipe(
    Layer.provideMerge(Settings.layerOf({ folder: `${data}/stt` })),
    Layer.provideMerge(Database.layer({ data, role: "cli", connections: 2 })),
    Layer.provideMerge(Logger.layer([]))
  )
  const context = await Effect.runPromise(Layer.buildWithScope(layer, scope))
  const sql = Context.get(context, PgClient)
  return {
    client: (id: string, choices: { readonly scopes: ReadonlyArray<Right> } = { scopes }) =>
      Effect.runPromise(Context.get(context, Clients).create(id, Redacted.make(`${id}-secret`), choices)),
    set: (name: ParameterName, value: number) => Effect.runPromise(Context.get(context, Parameters).set(name, value)),
    query: <A extends object>(text: string): Promise<ReadonlyArray<A>> => Effect.runPromise(sql.unsafe<A>(text)),
    webhookKey: async (id: string) => {
      const client = Option.getOrThrow(await Effect.runPromise(Context.get(context, Clients).find(id)))
      return Context.get(context, Vault).webhookKey(client.id, client.generation)
    },
    stop: () => Effect.runPromise(Scope.close(scope, Exit.void))
  }
}
