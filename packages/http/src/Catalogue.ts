/** The models that the gateway answers for, by every name that a caller may use. */
import type { Model } from "@aiguilleur/core/Model"
import type { Server, ServerKind } from "@aiguilleur/core/Server"
import { Context, Effect, Layer } from "effect"

export class Catalogue extends Context.Service<Catalogue, {
  /** By public name, engine name or alias. */
  readonly findUnsafe: (name: string) => Model | undefined
  readonly allUnsafe: () => ReadonlyArray<Model>
  /** Of its servers, each kind once. */
  readonly kindsUnsafe: (model: Model) => ReadonlyArray<ServerKind>
  readonly replace: (models: ReadonlyArray<Model>, servers: ReadonlyArray<Server>) => Effect.Effect<void>
}>()("@aiguilleur/http/Catalogue") {
  static readonly layer = Layer.sync(Catalogue, () => {
    let all: ReadonlyArray<Model> = []
    let byName: ReadonlyMap<string, Model> = new Map()
    let kinds: ReadonlyMap<Model, ReadonlyArray<ServerKind>> = new Map()
    return {
      findUnsafe: (name) => byName.get(name),
      allUnsafe: () => all,
      kindsUnsafe: (model) => kinds.get(model) ?? [],
      replace: (models, servers) =>
        Effect.sync(() => {
          all = models
          byName = index(models)
          kinds = new Map(models.map((model) => [model, kindsOf(model, servers)]))
        })
    }
  })
}

const kindsOf = (model: Model, servers: ReadonlyArray<Server>): ReadonlyArray<ServerKind> => [
  ...new Set(servers.filter(({ url }) => model.servers.includes(url)).map(({ kind }) => kind))
]

/** A public name wins over another model's alias, and an alias over what an engine calls its model. */
const index = (models: ReadonlyArray<Model>): ReadonlyMap<string, Model> => {
  const byName = new Map<string, Model>()
  const add = (name: string, model: Model) => {
    if (!byName.has(name)) byName.set(name, model)
  }
  for (const model of models) add(model.name, model)
  for (const model of models) for (const alias of model.aliases) add(alias, model)
  for (const model of models) add(model.engineName, model)
  return byName
}
