/** The models that the gateway answers for, by every name that a caller may use. */
import type { Model } from "@aiguilleur/core/Model"
import { Context, Effect, Layer } from "effect"

export class Catalogue extends Context.Service<Catalogue, {
  /** By public name, engine name or alias. */
  readonly findUnsafe: (name: string) => Model | undefined
  readonly allUnsafe: () => ReadonlyArray<Model>
  readonly replace: (models: ReadonlyArray<Model>) => Effect.Effect<void>
}>()("@aiguilleur/http/Catalogue") {
  static readonly layerOf = (models: ReadonlyArray<Model> = []) =>
    Layer.sync(Catalogue, () => {
      let all = models
      let byName = index(models)
      return {
        findUnsafe: (name) => byName.get(name),
        allUnsafe: () => all,
        replace: (models) =>
          Effect.sync(() => {
            all = models
            byName = index(models)
          })
      }
    })
}

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
