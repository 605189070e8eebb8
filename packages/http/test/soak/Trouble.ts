/** What befalls a soak while it runs: servers that fail one after another, and files that are reloaded. */
import * as fs from "node:fs/promises"
import { setTimeout as sleep } from "node:timers/promises"
import type { EngineCalls, Failure } from "./engines.ts"
import { failures } from "./engines.ts"
import type { GatewayCalls } from "./gateway.ts"
import type { Process } from "./Process.ts"

export interface Options {
  readonly servers: number
  /** Seconds between two of each. */
  readonly failing: number
  readonly reloading: number
}

/** Every so many seconds, until it is told to stop. */
const every = async (seconds: number, signal: AbortSignal, act: (round: number) => Promise<void>) => {
  for (let round = 0;; round++) {
    await sleep(seconds * 1_000, undefined, { signal }).catch(() => {})
    if (signal.aborted) return
    await act(round)
  }
}

export class Trouble {
  readonly failures = Object.fromEntries(failures.map((failure) => [failure, 0])) as Record<Failure, number>
  reloads = 0
  private readonly stopping = new AbortController()
  private readonly running: ReadonlyArray<Promise<void>>

  constructor(
    { failing, reloading, servers }: Options,
    engines: Process<EngineCalls>,
    gateway: Process<GatewayCalls>,
    file: string,
    texts: readonly [string, string]
  ) {
    const { signal } = this.stopping
    this.running = [
      every(failing, signal, async (round) => {
        const failure = failures[round % failures.length]!
        await engines.call("fail", { server: round % servers, failure, lasting: failing * 300 })
        this.failures[failure]++
      }),
      every(reloading, signal, async (round) => {
        await fs.writeFile(file, texts[(round + 1) % 2]!)
        gateway.signal("SIGHUP")
        this.reloads++
      })
    ]
  }

  /** The last failure may still last for a moment. */
  async stop(): Promise<void> {
    this.stopping.abort()
    await Promise.all(this.running)
  }
}
