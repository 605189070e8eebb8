/** The gateway that is soaked: the real service of a file, in a process that tells its parent what it holds. */
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import { UsageBuffer } from "@aiguilleur/store/UsageBuffer"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Context, Effect, Layer, Logger, Option, References } from "effect"
import type { EventEmitter } from "node:events"
import { createHistogram } from "node:perf_hooks"
import { open } from "../../src/command/Serve.ts"
import { InFlight } from "../../src/InFlight.ts"
import { Listener } from "../../src/Listener.ts"
import * as Remains from "../faults/Remains.ts"
import type { Holding } from "./Holding.ts"
import { serve, spent } from "./Process.ts"

/** Milliseconds between two looks at the clock: what comes on top of them is delay. */
const resolution = 10

/** Milliseconds; a third of a second of forced collection is made up for in three where the processor is nearly full. */
const recovery = 5_000

/** Milliseconds. */
export interface Delay {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export type GatewayCalls = {
  readonly url: () => string
  /** After a full collection. */
  readonly look: () => Promise<Holding>
  /** Delays are counted from now on. */
  readonly measure: () => void
  readonly delay: () => Delay
  /** Microseconds of processor time since the start. */
  readonly cpu: () => number
}

const listenersOf = (emitter: EventEmitter): number =>
  emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0)

const soaked = Effect.gen(function*() {
  const { base, context } = yield* open(process.argv[2]!, { host: Option.none(), port: Option.none(), watch: false })
  const dispatcher = Context.get(context, Dispatcher)
  const inFlight = Context.get(context, InFlight)
  const usage = Context.get(context, UsageBuffer)
  const { server } = Context.get(context, Listener)
  const runPromise = Effect.runPromiseWith(yield* Effect.context())

  // As `monitorEventLoopDelay` does, which cannot leave anything out.
  const delay = createHistogram()
  let lookedAt = performance.now()
  let countedFrom = 0
  setInterval(() => {
    const now = performance.now()
    if (now >= countedFrom) delay.record(Math.max(1, Math.round((now - lookedAt) * 1e6)))
    lookedAt = now
  }, resolution).unref()
  const millis = (nanos: number) => Math.max(0, nanos / 1e6 - resolution)

  /** The soak's own collection is no delay of the gateway's, nor is working off what came meanwhile. */
  const collect = () => {
    globalThis.gc?.()
    countedFrom = performance.now() + recovery
  }

  const look = async (): Promise<Holding> => {
    collect()
    const { leases, waiting } = await runPromise(dispatcher.snapshot)
    const { external, heapUsed, rss } = process.memoryUsage()
    return {
      memory: { heap: heapUsed, external, resident: rss },
      counts: {
        leases,
        tickets: waiting,
        "requests under way": inFlight.sizeUnsafe(),
        "usage rows waiting": usage.pending(),
        "usage rows lost": usage.lost(),
        listeners: listenersOf(process) + listenersOf(server),
        ...Remains.held()
      }
    }
  }

  const calls: GatewayCalls = {
    url: () => base,
    look,
    measure: () => delay.reset(),
    delay: () => ({ p50: millis(delay.percentile(50)), p99: millis(delay.percentile(99)), max: millis(delay.max) }),
    cpu: spent
  }
  serve(calls)
  return yield* Effect.never
}).pipe(Effect.scoped)

NodeRuntime.runMain(Effect.provide(
  soaked,
  Layer.mergeAll(
    NodeServices.layer,
    Layer.succeed(References.MinimumLogLevel, "Error"),
    Layer.succeed(Logger.LogToStderr, true)
  )
))
