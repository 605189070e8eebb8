/**
 * A proxy under test: how it is started, and what the load must know to talk to it.
 */
import * as Child from "./Child.ts"
import { closedLoop } from "./Load.ts"
import type { Target } from "./Window.ts"

export interface Site {
  /** Port of the upstream that every peer forwards to. */
  readonly upstream: number
  /** Folder for configurations, logs and profiles, gone afterwards. */
  readonly scratch: string
  /** Folder that keeps what was installed for the benchmark alone. */
  readonly peers: string
  readonly repository: string
  /** Flags for Node when a profile is asked for. */
  readonly profiling: (name: string) => ReadonlyArray<string>
}

export interface Running {
  readonly version: string
  readonly target: Target
  /** Where streaming runs go, when that is another process. */
  readonly streaming?: Target
  readonly children: ReadonlyArray<Child.Child>
  /** What a reader must know to judge the numbers. */
  readonly notes: ReadonlyArray<string>
}

export interface Peer {
  readonly name: string
  /** Answers why not, in words, where the peer is not installed. */
  readonly start: (site: Site) => Promise<Running | string>
}

const reach = (target: Target) => async (): Promise<void> => {
  const { failure } = await closedLoop(target, { connections: 1, warmUp: 0, seconds: 0.05 })
  if (failure !== undefined) throw new Error(failure)
}

/** Waits until it answers as it should, then lets its compiler and its connections settle. */
const settle = async ({ children, streaming, target }: Running, seconds: number): Promise<void> => {
  for (const { pid, ...rest } of streaming === undefined ? [target] : [target, streaming]) {
    const child = children.find((child) => child.pid === pid)
    if (child !== undefined) await Child.ready(child, reach({ pid, ...rest }))
  }
  await closedLoop(target, { connections: 64, warmUp: 0, seconds })
}

/** Starts one after the other; one that cannot is named and left out. */
export const startAll = async (
  peers: ReadonlyArray<Peer>,
  site: Site,
  seconds: number,
  say: (line: string) => void
): Promise<{ readonly started: ReadonlyMap<string, Running>; readonly broken: boolean }> => {
  const started = new Map<string, Running>()
  let broken = false
  for (const peer of peers) {
    try {
      const running = await peer.start(site)
      if (typeof running === "string") {
        say(`${peer.name}: ${running}`)
        continue
      }
      await settle(running, seconds)
      started.set(peer.name, running)
      for (const note of running.notes) say(note)
    } catch (cause) {
      broken = true
      say(`${peer.name} FAILED to start: ${String(cause)}`)
    }
  }
  return { started, broken }
}
