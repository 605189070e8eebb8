/** A simulated server in a process of its own, for what only the system can do to it: kill -9 and SIGSTOP. */
import type { Fault } from "@aiguilleur/lab/face/Fault"
import type { Options } from "@aiguilleur/lab/face/SimulatedServer"
import { Effect } from "effect"
import type { Scope } from "effect"
import { fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import { engineToken } from "../Rig.ts"
import type { Actor } from "./Actor.ts"
import type { Said, Told } from "./engine.ts"

export interface EngineProcess extends Actor {
  readonly signal: (name: NodeJS.Signals) => void
  /** It has ended. */
  readonly gone: Effect.Effect<void>
  readonly awaitRequests: (count: number) => Effect.Effect<void>
  /** So many tokens, of an engine that was started by hand; what it says of them is on its way afterwards. */
  readonly step: (count: number) => Effect.Effect<void>
  /** From the next request on. */
  readonly fault: (fault: Fault) => Effect.Effect<void>
}

const entry = fileURLToPath(new URL("engine.ts", import.meta.url))

export const start = (options: Options): Effect.Effect<EngineProcess, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<{ readonly actor: EngineProcess; readonly stop: Effect.Effect<void> }>((resume) => {
        const child = fork(entry, [JSON.stringify({ token: engineToken, ...options })], { execArgv: [] })
        const watchers = new Set<() => void>()
        let received = 0
        let done = () => {}
        let state = "open"
        const tell = (told: Told) =>
          Effect.callback<void>((resume) => {
            done = () => resume(Effect.void)
            child.send(told)
          })
        const gone = Effect.callback<void>((resume) => {
          if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.void)
          child.once("exit", () => resume(Effect.void))
        })
        const actor = (url: string): EngineProcess => ({
          url,
          endings: () => Array.from({ length: received }, () => state),
          signal: (name) => {
            state = name
            child.kill(name)
          },
          gone,
          step: (count) => tell({ step: count }),
          fault: (fault) => tell({ fault }),
          awaitRequests: (count) =>
            Effect.callback<void>((resume) => {
              const watcher = () => {
                if (received < count) return
                watchers.delete(watcher)
                resume(Effect.void)
              }
              watchers.add(watcher)
              watcher()
              return Effect.sync(() => watchers.delete(watcher))
            })
        })
        const stop = Effect.andThen(Effect.sync(() => child.kill("SIGKILL")), gone)
        child.on("message", (said: Said) => {
          if ("url" in said) return resume(Effect.succeed({ actor: actor(said.url), stop }))
          if ("done" in said) return done()
          received = said.received
          for (const watcher of watchers) watcher()
        })
      }),
      ({ stop }) => stop
    ),
    ({ actor }) => actor
  )
