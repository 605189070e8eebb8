/** Makes a configuration true: tells the dispatcher, the catalogue and the monitor what there is, and what is no more. */
import { Backends } from "@aiguilleur/backends/Backends"
import * as Monitor from "@aiguilleur/backends/Monitor"
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import { Event } from "@aiguilleur/core/Event"
import type { Model } from "@aiguilleur/core/Model"
import type { Server } from "@aiguilleur/core/Server"
import { Context, Effect, Equal, Layer } from "effect"
import { Additions } from "./BuiltInWhisper.ts"
import { Catalogue } from "./Catalogue.ts"
import type { Config } from "./config/Config.ts"

export type FleetConfig = Pick<Config, "organisations" | "servers" | "models">

/** What became of servers and models, by URL and by name. */
export interface Difference {
  readonly added: ReadonlyArray<string>
  readonly changed: ReadonlyArray<string>
  readonly removed: ReadonlyArray<string>
}

const compare = <A>(before: ReadonlyArray<A>, now: ReadonlyArray<A>, idOf: (item: A) => string): Difference => {
  const old = new Map(before.map((item) => [idOf(item), item]))
  const left = new Set(old.keys())
  const added: Array<string> = []
  const changed: Array<string> = []
  for (const item of now) {
    const id = idOf(item)
    const known = old.get(id)
    left.delete(id)
    if (known === undefined) added.push(id)
    else if (!Equal.equals(known, item)) changed.push(id)
  }
  return { added, changed, removed: [...left] }
}

export class Fleet extends Context.Service<Fleet, {
  /** In one pass of the dispatcher, so that nothing is decided on half of it. */
  readonly install: (config: FleetConfig) => Effect.Effect<{
    readonly servers: Difference
    readonly models: Difference
  }>
}>()("@aiguilleur/http/Fleet") {
  static readonly layer = Layer.effect(
    Fleet,
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      const catalogue = yield* Catalogue
      const additions = yield* Additions
      yield* Backends
      const monitor = yield* Monitor.make((change) => dispatcher.change(change))
      let installed: { readonly servers: ReadonlyArray<Server>; readonly models: ReadonlyArray<Model> } = {
        servers: [],
        models: []
      }
      return {
        install: Effect.fnUntraced(function*(config) {
          const more = additions(config)
          const models = [...config.models, ...more.models]
          const servers = [...config.servers, ...more.servers]
          const { organisations } = config
          const difference = {
            servers: compare(installed.servers, servers, ({ url }) => url),
            models: compare(installed.models, models, ({ name }) => name)
          }
          installed = { servers, models }
          const touched = ({ added, changed }: Difference) => new Set([...added, ...changed])
          const touchedServers = touched(difference.servers)
          const touchedModels = touched(difference.models)
          // A model may name new servers, and lose those that go: they come before it and leave after it.
          yield* dispatcher.change(
            ...organisations.map((organisation) => Event.OrganisationChanged({ organisation })),
            ...servers.filter(({ url }) => touchedServers.has(url)).map((server) => Event.ServerChanged({ server })),
            ...models.filter(({ name }) => touchedModels.has(name)).map((model) => Event.ModelChanged({ model })),
            ...difference.models.removed.map((name) => Event.ModelRemoved({ name })),
            ...difference.servers.removed.map((url) => Event.ServerRemoved({ url }))
          )
          yield* catalogue.replace(models, servers)
          yield* monitor.watch(servers, models)
          return difference
        }, Effect.uninterruptible)
      }
    })
  )
}
