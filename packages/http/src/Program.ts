/** The whole service as one layer: it listens while the layer lives, and its end is the orderly one. */
import { Backends } from "@aiguilleur/backends/Backends"
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { Catalogue } from "./Catalogue.ts"
import type { Config } from "./config/Config.ts"
import { Fleet } from "./Fleet.ts"
import * as Gateway from "./Gateway.ts"
import type { Settings } from "./GatewaySettings.ts"
import { GatewaySettings } from "./GatewaySettings.ts"
import * as Health from "./Health.ts"
import { InFlight } from "./InFlight.ts"
import * as Keys from "./Keys.ts"
import * as Listener from "./Listener.ts"
import * as Models from "./Models.ts"
import { Stopping } from "./Stopping.ts"
import * as UnknownPaths from "./UnknownPaths.ts"
import * as UsageLog from "./UsageLog.ts"

const routes = Layer.mergeAll(Gateway.layer, Models.layer, Health.layer, UnknownPaths.layer)

// Without middleware around it: Effect's logger and tracer would cost every request what they are not asked for.
const served = Layer.unwrap(Effect.map(
  HttpRouter.toHttpEffect(routes),
  (handler) => HttpServer.serve(UnknownPaths.catchUnrouted(handler))
))

const settingsOf = ({ http, settings, timeouts }: Config): Partial<Settings> => ({
  maxBody: http.maxBody,
  maxHeldBytes: http.maxHeldBytes,
  firstByte: timeouts.firstByte,
  idle: timeouts.idle,
  total: timeouts.total,
  shutdown: timeouts.shutdown,
  bestPriority: settings.bestPriority
})

const storedKey = ({ caller, expires, name, secretHash, waitEvents }: Config["keys"][number]): Keys.StoredKey => ({
  secretHash,
  expires,
  entry: { caller, name, waitEvents }
})

export interface Options {
  /** What the tests of this package bound more tightly than a configuration can. */
  readonly settings?: Partial<Settings>
  readonly listen?: Partial<Listener.ListenOptions>
  readonly usage?: UsageLog.RecentUsage
}

/** Everything but the door: what serves requests, from the configuration to the dispatcher. */
const services = (config: Config, options: Options) =>
  Layer.mergeAll(Stopping.layer, Fleet.layer).pipe(
    Layer.provideMerge(InFlight.layer),
    Layer.provideMerge(Layer.mergeAll(
      Dispatcher.layer(config.settings),
      Backends.layerOf(config.settings).pipe(Layer.provide(NodeHttpClient.layerUndici)),
      Catalogue.layerOf(),
      GatewaySettings.layerOf({ ...settingsOf(config), ...options.settings }),
      Keys.layerMemory(config.keys.map(storedKey)),
      UsageLog.layerMemory(options.usage),
      Listener.layer({ host: config.http.host, port: config.http.port, ...options.listen })
    ))
  )

export const layer = (config: Config, options: Options = {}) =>
  Layer.effectDiscard(Effect.gen(function*() {
    yield* (yield* Fleet).install(config)
    // Registered last, so that it comes first when the layer ends: before the server, before the dispatcher.
    const stopping = yield* Stopping
    yield* Effect.addFinalizer(() => stopping.end)
  })).pipe(
    Layer.provideMerge(served),
    Layer.provideMerge(services(config, options))
  )
