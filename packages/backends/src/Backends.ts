/** The driver of each kind of server. */
import type { Backend } from "@aiguilleur/core/Backend"
import type { ServerKind } from "@aiguilleur/core/Server"
import { defaults } from "@aiguilleur/core/Settings"
import { Context, Effect, Layer } from "effect"
import type { HttpClient } from "effect/http"
import type { DriverModule, DriverSettings } from "./Driver.ts"
import * as named from "./Drivers.ts"
import type { Endpoints } from "./Endpoint.ts"
import * as Endpoint from "./Endpoint.ts"

/** A kind without a driver breaks the build here. */
export const drivers: Readonly<Record<ServerKind, DriverModule>> = named

export const kinds = Object.keys(drivers) as ReadonlyArray<ServerKind>

export const endpointsOf = (kind: ServerKind): Endpoints => drivers[kind].endpoints

/** Whether a request for this path can be sent to a server of this kind. */
export const serves = (kind: ServerKind, path: string): boolean => Endpoint.serves(endpointsOf(kind), path)

/** What to tell a caller who asked for this path a model that only has servers of these kinds; else `undefined`. */
export const unserved = (among: Iterable<ServerKind>, path: string): string | undefined => {
  const kinds = [...new Set(among)]
  if (kinds.length === 0 || kinds.some((kind) => serves(kind, path))) return undefined
  const titles = kinds.map((kind) => drivers[kind].title)
  return `No server of this model has ${path}: ${new Intl.ListFormat("en").format(titles)} cannot do that.`
}

export class Backends extends Context.Service<Backends, {
  readonly of: (kind: ServerKind) => Backend
}>()("@aiguilleur/backends/Backends") {
  static readonly layerOf = (
    settings: Partial<DriverSettings> = {}
  ): Layer.Layer<Backends, never, HttpClient.HttpClient> =>
    Layer.effect(
      Backends,
      Effect.gen(function*() {
        const built = new Map<ServerKind, Backend>()
        for (const kind of kinds) built.set(kind, yield* drivers[kind].make({ ...defaults, ...settings }))
        return { of: (kind) => built.get(kind)! }
      })
    )

  static readonly layer = Backends.layerOf()
}
