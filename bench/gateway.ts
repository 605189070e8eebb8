/**
 * `npm run bench`: what the gateway costs, next to its peers, interleaved in one run on this machine.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import * as Bars from "./Bars.ts"
import * as Child from "./Child.ts"
import { pinSelf } from "./Cpu.ts"
import { closedLoop } from "./Load.ts"
import * as Machine from "./Machine.ts"
import * as Options from "./Options.ts"
import { type Running, startAll } from "./Peer.ts"
import { direct } from "./peer/Direct.ts"
import { floor } from "./peer/Floor.ts"
import { gateway, traced } from "./peer/Gateway.ts"
import { haproxy } from "./peer/Haproxy.ts"
import { nginx } from "./peer/Nginx.ts"
import { portkey } from "./peer/Portkey.ts"
import * as Profile from "./Profile.ts"
import * as Report from "./Report.ts"
import { type Phase, type Sample, series } from "./Sample.ts"
import { streams } from "./Streams.ts"
import * as Viewers from "./Viewers.ts"
import type { Measured } from "./Window.ts"

const peers = [floor, gateway, portkey, haproxy, nginx, direct, traced]
const repository = dirname(import.meta.dirname)
const results = join(import.meta.dirname, "results")
const warmUp = 0.5

const measure = async (
  { streaming, target }: Running,
  phase: Phase,
  options: Options.Options,
  place: { readonly scratch: string; readonly repetition: number }
): Promise<Measured> => {
  const { seconds } = options
  switch (phase) {
    case "requests":
      return closedLoop(target, { connections: 64, warmUp, seconds })
    case "watched": {
      const viewers = await Viewers.come(target, place.scratch, place.repetition)
      const measured = await closedLoop(target, { connections: 64, warmUp, seconds })
      // They leave whatever was measured: what is measured next is without them.
      const missed = await viewers.leave()
      const failure = measured.failure ?? missed
      return failure === undefined ? measured : { ...measured, failure }
    }
    case "latency":
      return closedLoop(target, { connections: 1, warmUp: warmUp / 2, seconds: seconds / 2 })
    case "streams":
      return streams(streaming ?? target, { streams: options.streams, seconds })
    case "events":
      return streams(streaming ?? target, { streams: 20, seconds: seconds / 3 })
  }
}

/** The two phases that keep a core busy, of the two programs that are ours. */
const profiles = (samples: ReadonlyArray<Sample>, scratch: string): string =>
  ["floor", "gateway"].flatMap((peer) =>
    (["requests", "streams"] as const).flatMap((phase) => {
      const windows = series(samples, peer, phase).samples.map(({ window }) => window)
      return windows.length === 0 ? [] : [`Self time of ${peer}, ${phase}\n${Profile.report(scratch, peer, windows)}\n`]
    })
  ).join("\n")

const run = async (options: Options.Options, scratch: string) => {
  const notes: Array<string> = []
  const say = (line: string) => {
    notes.push(line)
    console.log(line)
  }
  const facts = Machine.facts(repository)
  for (const [name, value] of Object.entries(facts)) console.log(`${name}: ${value}`)
  pinSelf()
  const upstream = await Child.freePort()
  const command = [process.execPath, join(import.meta.dirname, "Upstream.ts"), String(upstream)]
  const engine = Child.start({ name: "upstream", scratch, core: "load", command })
  await Child.ready(engine, Child.answers(`http://127.0.0.1:${upstream}/health`))

  const profiling = (name: string) => options.profile ? Profile.flags(scratch, name) : []
  const site = { upstream, scratch, peers: join(import.meta.dirname, ".peers"), repository, profiling }
  const { broken, started } = await startAll(
    peers.filter(({ name }) => options.only.includes(name)),
    site,
    options.settle,
    say
  )
  const names = [...started.keys()]
  const samples: Array<Sample> = []
  for (let repetition = 0; repetition < options.repetitions; repetition++) {
    // Each repetition starts with another peer, so that no one always follows the same neighbour.
    const order = names.map((_, index) => names[(index + repetition) % names.length]!)
    // With viewers and without change places, so that neither always comes first.
    const inTurn = options.phases.includes("watched") && repetition % 2 === 1
    for (const phase of inTurn ? options.phases.toReversed() : options.phases) {
      for (const peer of order) {
        const place = { scratch, repetition }
        samples.push({ peer, phase, repetition, ...await measure(started.get(peer)!, phase, options, place) })
      }
    }
    console.log(`repetition ${repetition + 1} of ${options.repetitions} done`)
  }
  await Child.stopAll()

  for (const phase of options.phases) console.log(`\n${Report.phase(samples, names, phase)}`)
  const bars = Bars.judge(samples, "gateway", options.phases)
  console.log(
    `\n${options.profile ? profiles(samples, scratch) : `${Report.bars(bars)}${Report.disturbance(samples)}`}`
  )
  console.log(["", ...notes].join("\nNote: "))
  mkdirSync(results, { recursive: true })
  const file = join(results, `gateway-${facts.date.replaceAll(":", "-")}.json`)
  const versions = Object.fromEntries([...started].map(([name, { version }]) => [name, version]))
  writeFileSync(file, `${JSON.stringify({ ...facts, versions, options, notes, bars, samples }, null, 2)}\n`)
  console.log(`\nversions: ${Object.entries(versions).map((pair) => pair.join(" ")).join(", ")}\nsamples: ${file}`)
  // Noise may miss a bar; a wrong answer, or none, is always an error.
  return broken || samples.some((sample) => sample.failure !== undefined) ? 1 : 0
}

const options = Options.read(process.argv.slice(2), peers.map(({ name }) => name))
if (options === undefined) {
  console.log(Options.usage)
} else {
  const scratch = mkdtempSync(join(tmpdir(), "aiguilleur-bench-"))
  // The embedded database runs as another user when we are root, and must be able to walk through.
  chmodSync(scratch, 0o755)
  const finish = async (code: number) => {
    await Child.stopAll()
    rmSync(scratch, { recursive: true, force: true })
    process.exit(code)
  }
  // Far beyond what the phases add up to: a benchmark that hangs must end too.
  const minutes = 2 + options.only.length * (options.settle + options.repetitions * options.seconds * 10) / 60
  setTimeout(() => void finish(124), minutes * 60_000).unref()
  process.once("SIGINT", () => void finish(130)).once("SIGTERM", () => void finish(143)).once("exit", Child.killAll)
  await run(options, scratch).then(finish, (cause: unknown) => {
    console.error(cause)
    return finish(1)
  })
}
