/** A simulated server in a process of its own, for what only the system can do to it: kill -9 and SIGSTOP. */
import type { Options } from "@aiguilleur/lab/face/SimulatedServer"
import { Effect } from "effect"
import type { Scope } from "effect"
import { fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import { engineToken } from "../Rig.ts"
import type { Actor } from "./Actor.ts"
import type { Said } from "./engine.ts"

export interface EngineProcess extends Actor {
  readonly signal: (name: NodeJS.Signals) => void
  readonly awaitRequests: (count: number) => Effect.Effect<void>
  /** So many tokens, of an engine that was started by hand. */
  readonly step: (count: number) => void
}

const entry = fileURLToPath(new URL("engine.ts", import.meta.url))

export const start = (options: Options): Effect.Effect<EngineProcess, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<{ readonly actor: EngineProcess; readonly stop: Effect.Effect<void> }>((resume) => {
        const child = fork(entry, [JSON.stringify({ token: engineToken, ...options })], { execArgv: [] })
        const watchers = new Set<() => void>()
        let received = 0
        let state = "open"
        const actor = (url: string): EngineProcess => ({
          url,
          endings: () => Array.from({ length: received }, () => state),
          signal: (name) => {
            state = name
            child.kill(name)
          },
          step: (count) => child.send({ step: count }),
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
        const stop = Effect.callback<void>((resume) => {
          if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.void)
          child.once("exit", () => resume(Effect.void))
          child.kill("SIGKILL")
        })
        child.on("message", (said: Said) => {
          if ("url" in said) return resume(Effect.succeed({ actor: actor(said.url), stop }))
          received = said.received
          for (const watcher of watchers) watcher()
        })
      }),
      ({ stop }) => stop
    ),
    ({ actor }) => actor
  )
