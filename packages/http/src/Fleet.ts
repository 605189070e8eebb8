/** Makes a configuration true: tells the dispatcher, the catalogue and the monitor what there is. */
import { Backends } from "@aiguilleur/backends/Backends"
import * as Monitor from "@aiguilleur/backends/Monitor"
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import { Event } from "@aiguilleur/core/Event"
import { Context, Effect, Layer } from "effect"
import { Catalogue } from "./Catalogue.ts"
import type { Config } from "./config/Config.ts"

export type FleetConfig = Pick<Config, "organisations" | "servers" | "models" | "keys">

export class Fleet extends Context.Service<Fleet, {
  /** In one pass of the dispatcher, so that nothing is decided on half of it. */
  readonly install: (config: FleetConfig) => Effect.Effect<void>
}>()("@aiguilleur/http/Fleet") {
  static readonly layer = Layer.effect(
    Fleet,
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      const catalogue = yield* Catalogue
      yield* Backends
      const monitor = yield* Monitor.make((change) => dispatcher.change(change))
      return {
        install: Effect.fnUntraced(function*({ keys, models, organisations, servers }) {
          yield* dispatcher.change(
            ...organisations.map((organisation) => Event.OrganisationChanged({ organisation })),
            ...keys.map(({ caller }) => Event.KeyChanged({ caller })),
            ...servers.map((server) => Event.ServerChanged({ server })),
            ...models.map((model) => Event.ModelChanged({ model }))
          )
          yield* catalogue.replace(models)
          yield* monitor.watch(servers, models)
        })
      }
    })
  )
}
