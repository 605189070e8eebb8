/** The eyes on a fleet: asks every server for its health and its load, again and again, and posts what it learns. */
import type { Backend } from "@aiguilleur/core/Backend"
import { BackendError } from "@aiguilleur/core/Backend"
import type { Change } from "@aiguilleur/core/Event"
import { Event } from "@aiguilleur/core/Event"
import type { Model } from "@aiguilleur/core/Model"
import type { Server } from "@aiguilleur/core/Server"
import { Cause, Duration, Effect, Equal, FiberMap, Random, Semaphore } from "effect"
import type { Scope } from "effect"
import { Backends } from "./Backends.ts"

export interface MonitorSettings {
  /** Pause between two health checks of a server. */
  readonly healthEvery: Duration.Input
  /**
   * Pause between two readings of its load. A model under `performance` gains by it: what the engine itself measured
   * stands in until there are five samples of our own, and a ticket that the policy holds back is looked at again at
   * each reading, so at most this long (and one round trip) after the engine's p95 fell.
   */
  readonly loadEvery: Duration.Input
  /** Share of a pause that the dice decide, so that forty servers are not asked in the same millisecond. */
  readonly jitter: number
}

export const defaults: MonitorSettings = { healthEvery: "2 seconds", loadEvery: "1 second", jitter: 0.2 }

export interface Monitor {
  /**
   * The fleet from now on. Servers that are new or changed are asked at once, those that left no more, and those that
   * stay as they were are not disturbed. A request under way to a server that left is aborted.
   */
  readonly watch: (servers: ReadonlyArray<Server>, models: ReadonlyArray<Model>) => Effect.Effect<void>
}

interface Watched {
  readonly server: Server
  /** Those that it serves. */
  readonly models: ReadonlyArray<Model>
}

const pause = Effect.fnUntraced(function*(every: Duration.Input, jitter: number) {
  const share = 1 + jitter * ((yield* Random.next) - 0.5)
  yield* Effect.sleep(Duration.times(Duration.fromInputUnsafe(every), share))
})

/** In words where there are some; a mistake of ours with all that can be told of it. */
const complaint = (what: string, cause: Cause.Cause<unknown>): Effect.Effect<void> => {
  const error = Cause.hasDies(cause) ? undefined : Cause.squash(cause)
  if (!(error instanceof BackendError)) return Effect.logWarning(what, cause)
  const log = error.reason === "unreachable" ? Effect.logDebug : Effect.logWarning
  return log(`${what}: ${error.message}`)
}

/** Runs for ever, whatever one round does: a round that fails is said once, and so is the first that succeeds again. */
const repeatedly = (url: string, what: string, once: Effect.Effect<void, unknown>, wait: Effect.Effect<void>) => {
  let failing = false
  const said = (now: boolean, log: Effect.Effect<void>) =>
    Effect.suspend(() => {
      if (failing === now) return Effect.void
      failing = now
      return log
    })
  return once.pipe(
    Effect.andThen(said(false, Effect.logInfo(`${url} can be asked for its ${what} again`))),
    // Defects included: a bug in one driver must not blind us to a server for the rest of the day.
    Effect.catchCause((cause) => said(true, complaint(`${url} cannot be asked for its ${what}`, cause))),
    Effect.andThen(wait),
    Effect.forever
  )
}

const observe = (
  backend: Backend,
  { models, server }: Watched,
  post: (change: Change) => Effect.Effect<void>,
  settings: MonitorSettings
) => {
  const { url } = server
  const health = Effect.flatMap(
    Effect.suspend(() => backend.health(server)),
    (health) => post(Event.HealthChecked({ url, health }))
  )
  const load = Effect.flatMap(
    Effect.suspend(() => backend.load(server, models)),
    (loads) =>
      Effect.forEach(loads, ([model, load]) => post(Event.LoadSampled({ url, model, load })), { discard: true })
  )
  // Apart, so that a server too busy to write its metrics is still known to be alive.
  return Effect.all([
    repeatedly(url, "health", health, pause(settings.healthEvery, settings.jitter)),
    repeatedly(url, "load", load, pause(settings.loadEvery, settings.jitter))
  ], { concurrency: "unbounded", discard: true })
}

/** Watches nothing until told what. It ends with its scope, and aborts what is under way. */
export const make = Effect.fnUntraced(function*(
  post: (change: Change) => Effect.Effect<void>,
  settings: Partial<MonitorSettings> = {}
): Effect.fn.Return<Monitor, never, Backends | Scope.Scope> {
  const backends = yield* Backends
  const fibers = yield* FiberMap.make<string>()
  const turn = yield* Semaphore.make(1)
  let watched: ReadonlyMap<string, Watched> = new Map()

  const watch: Monitor["watch"] = Effect.fnUntraced(function*(servers, models) {
    const before = watched
    watched = new Map(servers.map((server) => [
      server.url,
      { server, models: models.filter((model) => model.servers.includes(server.url)) }
    ]))
    for (const url of before.keys()) {
      if (!watched.has(url)) yield* FiberMap.remove(fibers, url)
    }
    for (const [url, next] of watched) {
      if (Equal.equals(before.get(url), next)) continue
      const backend = backends.of(next.server.kind)
      yield* FiberMap.run(fibers, url, observe(backend, next, post, { ...defaults, ...settings }))
    }
  }, turn.withPermits(1))

  return { watch }
})
