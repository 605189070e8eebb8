/**
 * Processes that the benchmark starts, pins to a core, waits for and never leaves behind.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { openSync, readFileSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { cores, tree } from "./Cpu.ts"

export interface Child {
  readonly name: string
  readonly pid: number
  readonly log: string
  readonly process: ChildProcess
}

const children = new Set<Child>()

/** Starts a program whose output goes to a log in the scratch folder. */
export const start = (options: {
  readonly name: string
  readonly scratch: string
  readonly command: ReadonlyArray<string>
  readonly core: "load" | "proxy"
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
}): Child => {
  const pin = cores === undefined ? [] : ["taskset", "-c", String(cores[options.core])]
  const [program = "", ...args] = [...pin, ...options.command]
  const log = join(options.scratch, `${options.name}.log`)
  const output = openSync(log, "a")
  const started = spawn(program, args, {
    cwd: options.cwd ?? options.scratch,
    env: options.env ?? process.env,
    stdio: ["ignore", output, output]
  })
  started.once("error", () => children.delete(child))
  started.once("exit", () => children.delete(child))
  const child = { name: options.name, pid: started.pid ?? 0, log, process: started }
  children.add(child)
  return child
}

export const tail = (child: Child): string => readFileSync(child.log, "utf8").slice(-1500).trim()

const alive = (child: Child) => child.process.exitCode === null && child.process.signalCode === null

/** Waits until `probe` no longer throws; says why it gave up otherwise. */
export const ready = async (child: Child, probe: () => Promise<void>, seconds = 30): Promise<void> => {
  const until = performance.now() + seconds * 1_000
  let last: unknown
  while (performance.now() < until) {
    if (!alive(child)) throw new Error(`${child.name} ended before it was ready:\n${tail(child)}`)
    try {
      return await probe()
    } catch (cause) {
      last = cause
    }
    await sleep(50)
  }
  throw new Error(`${child.name} was not ready after ${seconds} s (${String(last)}):\n${tail(child)}`)
}

const signal = (pid: number, name: NodeJS.Signals) => {
  try {
    process.kill(pid, name)
  } catch {
    // It has already gone.
  }
}

/** Asks first, since a program may have children of its own to stop and a profile to write; then insists. */
export const stop = async (child: Child): Promise<void> => {
  const below = tree(child.pid)
  signal(child.pid, "SIGTERM")
  for (let waited = 0; waited < 200 && alive(child); waited++) await sleep(50)
  if (alive(child)) { for (const pid of below) signal(pid, "SIGKILL") }
}

export const stopAll = async (): Promise<void> => {
  await Promise.all([...children].map(stop))
}

/** The last resort, for an exit that leaves no time to ask. */
export const killAll = (): void => {
  for (const child of children) {
    for (const pid of tree(child.pid)) signal(pid, "SIGKILL")
  }
}

/** Whether a page answers 200, as a probe. */
export const answers = (url: string) => async (): Promise<void> => {
  const { status } = await fetch(url)
  if (status !== 200) throw new Error(`status ${status}`)
}

/** A port that was free a moment ago. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once("error", reject).listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })
