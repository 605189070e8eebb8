/** The whole service as one layer: it listens while the layer lives, and its end is the orderly one. */
import { Backends } from "@aiguilleur/backends/Backends"
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import { AppliedConfiguration } from "@aiguilleur/store/AppliedConfiguration"
import { KeyCache } from "@aiguilleur/store/KeyCache"
import { Keys as StoreKeys } from "@aiguilleur/store/Keys"
import { Organisations } from "@aiguilleur/store/Organisations"
import { Shadows } from "@aiguilleur/store/Shadows"
import { Usage } from "@aiguilleur/store/Usage"
import { UsageBuffer } from "@aiguilleur/store/UsageBuffer"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { tmpdir } from "node:os"
import * as path from "node:path"
import * as BuiltInWhisper from "./BuiltInWhisper.ts"
import { Catalogue } from "./Catalogue.ts"
import type { Config } from "./config/Config.ts"
import * as Dashboard from "./dashboard/Dashboard.ts"
import * as RecentMinutes from "./dashboard/hour/RecentMinutes.ts"
import * as StoredMinutes from "./dashboard/hour/StoredMinutes.ts"
import * as EngineAlerts from "./EngineAlerts.ts"
import { Fleet } from "./Fleet.ts"
import * as Gateway from "./Gateway.ts"
import type { Settings } from "./GatewaySettings.ts"
import { GatewaySettings } from "./GatewaySettings.ts"
import * as Health from "./Health.ts"
import { InFlight } from "./InFlight.ts"
import * as Keys from "./Keys.ts"
import * as Listener from "./Listener.ts"
import { metered, Metrics } from "./metrics/Metrics.ts"
import * as MetricsRoute from "./metrics/MetricsRoute.ts"
import * as StoreMetrics from "./metrics/StoreMetrics.ts"
import * as Models from "./Models.ts"
import * as OllamaListing from "./OllamaListing.ts"
import * as Pages from "./pages/Pages.ts"
import * as Queue from "./Queue.ts"
import * as FileApplication from "./reload/FileApplication.ts"
import * as Sender from "./Sender.ts"
import * as ShadowLog from "./ShadowLog.ts"
import { Stopping } from "./Stopping.ts"
import * as StoredKeys from "./StoredKeys.ts"
import * as StoredUsage from "./StoredUsage.ts"
import * as Telemetry from "./Telemetry.ts"
import * as Transcription from "./Transcription.ts"
import * as UnknownPaths from "./UnknownPaths.ts"
import { Spool } from "./upload/Spool.ts"
import * as UsageLog from "./UsageLog.ts"

/** `transcription`: whether the service is there, which the configuration alone does not say. */
const routesOf = ({ http, settings, simulated = false }: Config, transcription: boolean) =>
  Layer.mergeAll(
    Gateway.layer,
    Models.layer,
    Queue.layer,
    OllamaListing.layer,
    Health.layer,
    MetricsRoute.layerOf(http.metrics),
    Dashboard.layerOf({ ...settings, transcription, simulated }),
    Pages.layer,
    UnknownPaths.layer
  )

// Without middleware around it: Effect's logger and tracer would cost every request what they are not asked for.
const served = <A, E, R>(config: Config, more: Layer.Layer<A, E, R>) =>
  Layer.unwrap(Effect.map(
    HttpRouter.toHttpEffect(Layer.mergeAll(routesOf(config, !Object.is(more, Layer.empty)), more)).pipe(
      // What is too long to be an id is told so by the route that it was meant for.
      Effect.provideService(HttpRouter.RouterConfig, { maxParamLength: 8192 })
    ),
    (handler) => HttpServer.serve(Sender.told(config.http.trustedProxies)(UnknownPaths.catchUnrouted(handler)))
  ))

/** Of a configuration, what a running gateway can be told. */
export const settingsOf = (
  { http, timeouts }: Config
): Pick<Settings, "maxBody" | "firstByte" | "idle" | "shutdown"> => ({
  maxBody: http.maxBody,
  firstByte: timeouts.firstByte,
  idle: timeouts.idle,
  shutdown: timeouts.shutdown
})

export interface Options {
  /** What the tests of this package bound more tightly than a configuration can. */
  readonly settings?: Partial<Settings>
  readonly listen?: Partial<Listener.ListenOptions>
  /** The folder for uploads that are too large for memory; one of this user's own among the system's temporary ones. */
  readonly uploads?: string
}

const temporary = path.join(tmpdir(), `aiguilleur-uploads-${process.getuid?.() ?? "own"}`)

/** What serves requests, beside keys and usage: those are kept in memory or in the database. */
const dispatching = (config: Config, { settings, uploads = temporary }: Options) =>
  Layer.mergeAll(
    Spool.layer({ folder: uploads, limit: config.http.maxSpooledBytes }),
    Dispatcher.layer(config.settings),
    Backends.layerOf(config.settings).pipe(Layer.provide(NodeHttpClient.layerUndici)),
    Catalogue.layer,
    GatewaySettings.layerOf({
      ...settingsOf(config),
      maxHeldBytes: config.http.maxHeldBytes,
      trustedProxies: config.http.trustedProxies,
      maxUpload: config.http.maxUpload,
      total: config.timeouts.total,
      bestPriority: config.settings.bestPriority,
      ...settings
    })
  )

/** The door, opened when all behind it is in place; what is not the gateway's brings its own routes. */
const listening = <A, E, R>(config: Config, options: Options, more: Layer.Layer<A, E, R>) =>
  Layer.effectDiscard(Effect.gen(function*() {
    const stopping = yield* Stopping
    // Registered last, so that it comes first when the layer ends: before the server, before the dispatcher.
    yield* Effect.addFinalizer(() => stopping.end)
  })).pipe(
    Layer.provideMerge(served(config, more)),
    Layer.provideMerge(Stopping.layer),
    Layer.provideMerge(InFlight.layer),
    Layer.provideMerge(Listener.layer({ host: config.http.host, port: config.http.port, ...options.listen }))
  )

/** What takes usage, with those around it who only look. */
const observed = <E, R>(usage: Layer.Layer<UsageLog.UsageLog, E, R>) =>
  metered.pipe(Layer.provide(EngineAlerts.layer), Layer.provide(Telemetry.layer), Layer.provide(usage))

const storedKey = (
  { caller, expires, name, rights = "none", secretHash, waitEvents }: Config["keys"][number]
): Keys.StoredKey => ({
  secretHash,
  expires,
  entry: { caller, name, waitEvents, rights }
})

export interface MemoryOptions extends Options {
  readonly usage?: UsageLog.RecentUsage
}

const inMemory = <A, E, R>(config: Config, options: MemoryOptions, more: Layer.Layer<A, E, R>) =>
  listening(config, options, more).pipe(
    Layer.provideMerge(Layer.effectDiscard(Effect.flatMap(Fleet, (fleet) => fleet.install(config)))),
    Layer.provideMerge(Fleet.layer),
    Layer.provideMerge(Layer.mergeAll(
      Keys.layerMemory(config.keys.map(storedKey)),
      RecentMinutes.layerMemory.pipe(Layer.provide(observed(UsageLog.layerMemory(options.usage))))
    )),
    Layer.provideMerge(Metrics.layer),
    Layer.provideMerge(dispatching(config, options))
  )

/** Keys of the configuration alone, usage that is forgotten, and no transcription: nothing needs a database. */
export const layer = (config: Config, options: MemoryOptions = {}) => inMemory(config, options, Layer.empty)

/** The same with transcription, which does: for the demo. */
export const layerDemo = (config: Config) =>
  inMemory(config, {}, Transcription.layerDemo(config.transcription)).pipe(
    Layer.provide(BuiltInWhisper.layer(config.transcription))
  )

const repositories = Layer.mergeAll(
  Organisations.layer,
  StoreKeys.layer,
  Usage.layer,
  Shadows.layer,
  AppliedConfiguration.layer
)

/** Keys and organisations of the database, into which the configuration is written first; usage goes there too. */
export const layerStored = (config: Config, options: Options = {}) =>
  listening(
    config,
    options,
    config.transcription.enabled ? Transcription.layer(config.transcription) : Layer.empty
  ).pipe(
    // The organisations' weights are those of the database, where a command may have changed them.
    Layer.provideMerge(
      Layer.effectDiscard(Effect.flatMap(Fleet, (fleet) => fleet.install({ ...config, organisations: [] })))
    ),
    Layer.provideMerge(Fleet.layer),
    Layer.provideMerge(ShadowLog.layer),
    Layer.provideMerge(Layer.mergeAll(
      StoredKeys.layer,
      observed(StoredUsage.layer),
      StoredMinutes.layer,
      StoreMetrics.layer
    )),
    Layer.provideMerge(Layer.mergeAll(KeyCache.layer, UsageBuffer.layer, Metrics.layer)),
    Layer.provideMerge(Layer.effectDiscard(FileApplication.apply(config))),
    Layer.provideMerge(repositories),
    Layer.provideMerge(dispatching(config, options)),
    Layer.provide(config.transcription.enabled ? BuiltInWhisper.layer(config.transcription) : Layer.empty)
  )
