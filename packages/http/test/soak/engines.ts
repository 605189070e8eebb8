/** The simulated servers of the soak, in a process of their own, and the failures that one of them meets on demand. */
import * as Profile from "@aiguilleur/lab/engine/Profile"
import type { Fault } from "@aiguilleur/lab/face/Fault"
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import { Effect } from "effect"
import { engineToken } from "../Rig.ts"
import { serve, spent } from "./Process.ts"

export interface Given {
  readonly servers: number
  readonly slots: number
  /** Milliseconds between two tokens of a stream. */
  readonly step: number
}

export const failures = ["killed", "stalling", "cutting streams", "resetting", "busy", "failing"] as const
export type Failure = typeof failures[number]

export interface Failing {
  readonly server: number
  readonly failure: Failure
  /** Milliseconds that it lasts. */
  readonly lasting: number
}

export interface Work {
  readonly running: number
  readonly waiting: number
  readonly received: number
  readonly finished: number
  readonly aborted: number
}

export type EngineCalls = {
  readonly urls: () => ReadonlyArray<string>
  /** Resolves at once; the server recovers by itself. */
  readonly fail: (failing: Failing) => void
  readonly work: () => Work
  /** Microseconds of processor time since the start. */
  readonly cpu: () => number
}

const faults: Readonly<Record<Exclude<Failure, "killed">, Fault>> = {
  stalling: { stallAfter: 3 },
  "cutting streams": { cutInside: 5 },
  resetting: { reset: true },
  busy: { status: 503, retryAfter: 1 },
  failing: { status: 500 }
}

const served = Effect.gen(function*() {
  const { servers: count, slots, step } = JSON.parse(process.argv[2]!) as Given
  // No two are equally fast, so that steps of theirs do not fall together for long.
  const profileOf = (at: number) => ({
    ...Profile.test,
    t0: step * (0.9 + 0.2 * at / (count - 1)),
    maxNumSeqs: slots
  })
  const servers = yield* Effect.forEach(
    Array.from({ length: count }),
    (_, at) => SimulatedServer.start({ token: engineToken, profile: profileOf(at), memory: 100 })
  )
  const runFork = Effect.runForkWith(yield* Effect.context())
  const sum = (of: (server: SimulatedServer.SimulatedServer) => number) =>
    servers.reduce((total, server) => total + of(server), 0)

  const fail = ({ failure, lasting, server: index }: Failing): void => {
    const server = servers[index]!
    if (failure === "killed") {
      runFork(Effect.andThen(server.kill, Effect.andThen(Effect.sleep(lasting), server.start)))
      return
    }
    server.fault(faults[failure])
    setTimeout(server.clearFaults, lasting)
  }

  const calls: EngineCalls = {
    urls: () => servers.map(({ url }) => url),
    fail,
    cpu: spent,
    work: () => ({
      running: sum((server) => server.running()),
      waiting: sum((server) => server.waiting()),
      received: sum((server) => server.received()),
      finished: sum((server) => server.ended("finished")),
      aborted: sum((server) => server.ended("aborted"))
    })
  }
  serve(calls)
  return yield* Effect.never
}).pipe(Effect.scoped)

const fiber = Effect.runFork(served)
process.once("SIGTERM", () => {
  fiber.interruptUnsafe()
  process.exit()
})
