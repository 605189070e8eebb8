/** A simulated inference server: the engine behind some engine's HTTP API, and the handle by which a test or a demo holds it. */
import type { Scope } from "effect"
import { Effect } from "effect"
import type { Counters } from "../engine/Counters.ts"
import type { Profile } from "../engine/Profile.ts"
import * as Profiles from "../engine/Profile.ts"
import * as Desk from "./Desk.ts"
import * as Endpoints from "./Endpoints.ts"
import type { FaceName } from "./Face.ts"
import type { Fault } from "./Fault.ts"
import * as FaultBoard from "./FaultBoard.ts"
import type { Ending, Entry } from "./Ledger.ts"
import * as Ledger from "./Ledger.ts"
import * as Listening from "./Listening.ts"
import type { Options } from "./Options.ts"
import * as Pace from "./Pace.ts"

export type { Options }

export interface SimulatedServer {
  readonly face: FaceName
  readonly url: string
  readonly port: number
  readonly models: ReadonlyArray<string>
  readonly profile: Profile

  /** In the batch, and not aborted. */
  readonly running: () => number
  readonly waiting: () => number
  readonly counters: () => Counters
  /** Milliseconds on the engine's clock. */
  readonly now: () => number

  /** The latest inference requests, oldest first. */
  readonly requests: ReadonlyArray<Entry>
  readonly received: () => number
  readonly ended: (ending: Ending) => number
  /** Requests to one path, whatever became of them. */
  readonly hits: (path: string) => number

  /** Looked at after everything that happens here: a request, a step, an end. */
  readonly awaitUntil: (predicate: (server: SimulatedServer) => boolean) => Effect.Effect<void>
  readonly awaitRequests: (count: number) => Effect.Effect<void>
  readonly awaitRunning: (count: number) => Effect.Effect<void>
  readonly awaitWaiting: (count: number) => Effect.Effect<void>
  readonly awaitEnded: (ending: Ending, count: number) => Effect.Effect<void>
  readonly awaitHits: (path: string, count: number) => Effect.Effect<void>

  /** Holds the step loop and the engine's clock. */
  readonly pause: () => void
  readonly resume: () => void
  /** Runs so many steps, one unless told; only while paused. Ends early when nothing is left to do. */
  readonly step: (count?: number) => void
  /** Steps until it is so; throws when the engine runs out of work first. */
  readonly stepUntil: (predicate: (server: SimulatedServer) => boolean) => void
  readonly stepUntilIdle: () => void

  /** Faults asked for by the handle apply in the order of asking. */
  readonly fault: (fault: Fault, scope?: FaultBoard.Scope) => void
  readonly clearFaults: () => void
  readonly setLoading: (loading: boolean) => void

  /** Refuses connections; answers under way go on. */
  readonly stop: Effect.Effect<void>
  /** Destroys every socket and forgets every sequence, as after `kill -9`. */
  readonly kill: Effect.Effect<void>
  /** Listens again, on the same port; after `kill`, with an engine that has just started. */
  readonly start: Effect.Effect<void>
}

const make = (options: Options): SimulatedServer => {
  const { host = "127.0.0.1", models = ["simulated"], profile = Profiles.test, speed = 1 } = options
  const pace = Pace.make({ speed, paused: options.manual === true })
  const ledger = Ledger.make(options.memory ?? 1000)
  const board = FaultBoard.make()
  const hits = new Map<string, number>()
  let loading = options.loading === true

  const boot = () => Desk.make({ options, pace, ledger, models, profile, loading: () => loading })

  let desk = boot()
  const listening = Listening.make(
    host,
    options.port ?? 0,
    Endpoints.listener({
      desk: () => desk,
      board,
      hit: (path) => {
        hits.set(path, (hits.get(path) ?? 0) + 1)
        ledger.changed()
      }
    })
  )

  const step = (count = 1) => {
    for (let left = count; left > 0 && desk.driver.step(); left--);
  }

  const die = Effect.sync(() => {
    desk.driver.dispose()
    for (const entry of ledger.entries) ledger.end(entry, "cut", pace.now())
    desk = boot()
    ledger.changed()
  })

  const server: SimulatedServer = {
    get url() {
      return `http://${host}:${listening.port()}`
    },
    get port() {
      return listening.port()
    },
    face: options.face ?? "vllm",
    models,
    profile,
    running: () => desk.driver.engine.running(),
    waiting: () => desk.driver.engine.waiting(),
    counters: () => desk.driver.engine.counters,
    now: pace.now,
    requests: ledger.entries,
    received: ledger.received,
    ended: ledger.ended,
    hits: (path) => hits.get(path) ?? 0,
    awaitUntil: (predicate) => ledger.awaitUntil(() => predicate(server)),
    awaitRequests: (count) => ledger.awaitUntil(() => ledger.received() >= count),
    awaitRunning: (count) => ledger.awaitUntil(() => server.running() === count),
    awaitWaiting: (count) => ledger.awaitUntil(() => server.waiting() === count),
    awaitEnded: (ending, count) => ledger.awaitUntil(() => ledger.ended(ending) >= count),
    awaitHits: (path, count) => ledger.awaitUntil(() => server.hits(path) >= count),
    pause: () => desk.driver.pause(),
    resume: () => desk.driver.resume(),
    step,
    stepUntil: (predicate) => {
      while (!predicate(server)) {
        if (!desk.driver.step()) throw new Error("The simulated engine has no work left, and it is still not so.")
      }
    },
    stepUntilIdle: () => step(Number.POSITIVE_INFINITY),
    fault: board.add,
    clearFaults: board.clear,
    setLoading: (value) => {
      loading = value
    },
    stop: listening.stop,
    kill: Effect.andThen(die, listening.kill),
    start: listening.start
  }
  return server
}

/** Listens until the scope closes; its sockets and its timer go with it. */
export const start = (options: Options = {}): Effect.Effect<SimulatedServer, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.suspend(() => {
      const server = make(options)
      return Effect.as(server.start, server)
    }),
    (server) => server.kill
  )
