/** Thousands of streams through a gateway while servers fail, users leave and files are reloaded; then quiet, and a count. */
import * as fs from "node:fs/promises"
import * as os from "node:os"
import * as path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { Dice } from "../wire/Dice.ts"
import * as Configuration from "./Configuration.ts"
import type { EngineCalls, Failure, Given, Work } from "./engines.ts"
import type { Delay, GatewayCalls } from "./gateway.ts"
import { excess, type Holding, type Point, slope } from "./Holding.ts"
import * as Process from "./Process.ts"
import { Tally } from "./Tally.ts"
import { Trouble } from "./Trouble.ts"
import { type Habits, Users } from "./Users.ts"

export interface Options {
  readonly streams: number
  readonly seconds: number
  readonly servers: number
  /** Of each stream. */
  readonly tokensPerSecond: number
  readonly shortest: number
  readonly longest: number
  /** The share of users that hang up. */
  readonly disconnecting: number
  /** Seconds between two of each. */
  readonly failing: number
  readonly reloading: number
  readonly looking: number
  /** Seconds after which memory and delays count. */
  readonly warmUp: number
  readonly seed: number
  /** Servers and users, which are other machines elsewhere, leave the processor to the gateway whenever it wants it. */
  readonly yielding: boolean
  /** Folder for a profile of the gateway's processor time. */
  readonly profile?: string
}

export interface Result {
  readonly tally: Tally
  readonly failures: Readonly<Record<Failure, number>>
  readonly reloads: number
  readonly before: Holding
  readonly after: Holding
  /** What there is more of than at the start, once all is quiet. */
  readonly leaked: ReadonlyArray<string>
  /** Of the engines, when all is quiet. */
  readonly work: Work
  readonly points: ReadonlyArray<Point>
  /** Megabytes a minute, after the warm-up. */
  readonly slope: number
  readonly delay: Delay
  /** The share of one core that each process used, after the warm-up. */
  readonly busy: Busy
  readonly tokensPerSecond: number
  readonly mostStreams: number
}

export interface Busy {
  readonly gateway: number
  readonly engines: number
  readonly users: number
}

interface Site {
  readonly engines: Process.Process<EngineCalls>
  readonly gateway: Process.Process<GatewayCalls>
  readonly file: string
  readonly texts: readonly [string, string]
}

interface Figures {
  /** Seconds. */
  readonly at: number
  readonly tokens: number
  readonly gateway: number
  readonly engines: number
  readonly users: number
}

/** As many slots as streams; some users more, so that somebody always waits. */
const waitingShare = 0.05

/** How long things may take to go, once nobody asks any more: sockets grow old, a server is still being restarted. */
const settling = 30_000

const site = async (options: Options, home: string, started: (end: () => Promise<void>) => void): Promise<Site> => {
  const slots = Math.ceil(options.streams / options.servers)
  const given: Given = { servers: options.servers, slots, step: 1_000 / options.tokensPerSecond }
  const engines = await Process.start<EngineCalls>(new URL("engines.ts", import.meta.url), [JSON.stringify(given)])
  started(engines.end)
  const texts = Configuration.files(await engines.call("urls"), slots)
  const file = path.join(home, "aiguilleur.yaml")
  await fs.writeFile(file, texts[0])
  const gateway = await Process.start<GatewayCalls>(new URL("gateway.ts", import.meta.url), [file], {
    execArgv: [
      "--expose-gc",
      ...(options.profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${path.resolve(options.profile)}`])
    ],
    env: { PATH: process.env.PATH, AIGUILLEUR_DATA: path.join(home, "data") }
  })
  started(gateway.end)
  if (options.yielding) {
    for (const pid of [engines.pid, process.pid]) os.setPriority(pid, os.constants.priority.PRIORITY_LOW)
  }
  return { engines, gateway, file, texts }
}

/** Looks until there is no more of anything than before; the figures alone decide, the time only ends the waiting. */
const quiet = async (gateway: Site["gateway"], before?: Holding): Promise<Holding> => {
  const end = performance.now() + settling
  let last = await gateway.call("look")
  for (;;) {
    const idle = last.counts["leases"] === 0 && last.counts["tickets"] === 0
    if (idle && (before === undefined || excess(before, last).length === 0)) return last
    if (performance.now() > end) return last
    await sleep(250)
    last = await gateway.call("look")
  }
}

const soak = async (options: Options, { engines, file, gateway, texts }: Site, say: (line: string) => void) => {
  const url = await gateway.call("url")
  const dice = new Dice(options.seed)
  const habits: Habits = {
    model: Configuration.model,
    keys: Configuration.secrets,
    shortest: options.shortest,
    longest: options.longest,
    disconnecting: options.disconnecting,
    pause: 1_000
  }
  // Everything that comes about once has come about before anything is compared: pools, caches, each server's first answer.
  const first = new Users(url, 4 * options.servers, 0, { ...habits, longest: habits.shortest }, new Tally(), dice)
  await sleep(1_000)
  await first.stop()
  await sleep(4_000)
  const before = await quiet(gateway)

  const began = performance.now()
  const elapsed = () => (performance.now() - began) / 1_000
  const tally = new Tally()
  const count = Math.ceil(options.streams * (1 + waitingShare))
  const users = new Users(url, count, Math.min(10, options.warmUp) * 1_000, habits, tally, dice)
  const trouble = new Trouble(options, engines, gateway, file, texts)
  const points: Array<Point> = []
  const figures = async (): Promise<Figures> => ({
    at: elapsed(),
    tokens: tally.tokens,
    gateway: await gateway.call("cpu"),
    engines: await engines.call("cpu"),
    users: Process.spent()
  })
  let from: Figures | undefined
  let mostStreams = 0
  while (elapsed() < options.seconds) {
    await sleep(Math.min(options.looking, options.seconds - elapsed()) * 1_000)
    mostStreams = Math.max(mostStreams, tally.streaming)
    const holding = await gateway.call("look")
    const at = elapsed()
    const size = megabytes(holding)
    if (at >= options.warmUp) points.push({ at: at / 60, size })
    if (from === undefined && at >= options.warmUp) {
      await gateway.call("measure")
      from = await figures()
    }
    say(
      `${at.toFixed(0).padStart(5)} s  ${size.toFixed(1).padStart(6)} MB  ${tally.streaming} streams  ` +
        `${holding.counts["tickets"]} waiting  ${Object.entries(tally.counts).map((pair) => pair.join(" ")).join(", ")}`
    )
  }
  const delay = await gateway.call("delay")
  const to = await figures()
  const rate = (of: "tokens" | "gateway" | "engines" | "users") =>
    from === undefined ? Number.NaN : (to[of] - from[of]) / (to.at - from.at)

  await trouble.stop()
  await users.stop()
  const after = await quiet(gateway, before)
  return {
    tally,
    failures: trouble.failures,
    reloads: trouble.reloads,
    before,
    after,
    leaked: excess(before, after),
    work: await engines.call("work"),
    points,
    slope: slope(points),
    delay,
    busy: { gateway: rate("gateway") / 1e6, engines: rate("engines") / 1e6, users: rate("users") / 1e6 },
    tokensPerSecond: rate("tokens"),
    mostStreams
  } satisfies Result
}

const megabytes = ({ memory: { external, heap } }: Holding) => (heap + external) / 2 ** 20

/** Leaves no process and no folder behind, however it ends. */
export const run = async (options: Options, say: (line: string) => void): Promise<Result> => {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), "aig-soak-"))
  // PostgreSQL may run as another user.
  await fs.chmod(home, 0o755)
  const ends: Array<() => Promise<void>> = []
  try {
    return await soak(options, await site(options, home, (end) => ends.unshift(end)), say)
  } finally {
    for (const end of ends) await end()
    await fs.rm(home, { recursive: true, force: true })
  }
}
