/** The same dispatcher as in production, simulated servers and simulated users, in virtual time. */
import { Forecaster } from "@aiguilleur/core/Forecaster"
import * as Interpreters from "@aiguilleur/core/Interpreter"
import type { Notice } from "@aiguilleur/core/Notice"
import { Registry } from "@aiguilleur/core/Registry"
import type { Settings } from "@aiguilleur/core/Settings"
import { defaults } from "@aiguilleur/core/Settings"
import { Clock, Effect, Random } from "effect"
import { blockTokens } from "../engine/KvCache.ts"
import type { Column, Population, Scenario } from "../scenario/Scenario.ts"
import { bestPriorityOf } from "../scenario/Scenario.ts"
import { Agenda } from "../time/Agenda.ts"
import * as Dice from "../time/Dice.ts"
import * as VirtualClock from "../time/VirtualClock.ts"
import * as Fleet from "./Fleet.ts"
import * as Ledger from "./Ledger.ts"
import * as Passage from "./Passage.ts"
import * as Recorder from "./Recorder.ts"
import * as Users from "./Users.ts"

export interface Options {
  /** Readings over the whole duration. */
  readonly readings?: number
  /** Whether every request that has to wait is told for how long, as its line will say. */
  readonly forecasts?: boolean
  /** Told of everything that the dispatcher tells, in its order. */
  readonly observe?: (notice: Notice) => void
  /** Ends as soon as so many requests have. */
  readonly requests?: number
  /** Called at each reading with the share of the duration that is over. */
  readonly progress?: (share: number) => void
}

/** Users write plain text, whose tokens have about four bytes; how long the answer will be nobody says. */
const bytesPerToken = 4

/** As often as the gateway looks after its servers, and reads their load. */
const healthEvery = 2_000
const loadEvery = 1_000

const random = (dice: Dice.Dice): Random.Random => ({
  nextDoubleUnsafe: dice.roll,
  nextIntUnsafe: () => Math.floor((dice.roll() - 0.5) * 2 * Number.MAX_SAFE_INTEGER)
})

/** Plays a scenario under the policy of one column. */
export const run = (
  scenario: Scenario,
  column: Column,
  options: Options = {}
): Effect.Effect<Recorder.Recorder> =>
  Effect.suspend(() => {
    const agenda = new Agenda()
    return played(scenario, column, options, agenda).pipe(
      Effect.scoped,
      Effect.provide(Registry.layer),
      Effect.provideService(Clock.Clock, VirtualClock.make(agenda)),
      Effect.provideService(Random.Random, random(Dice.make(scenario.seed, "dispatcher")))
    )
  })

const ageingOf = (scenario: Scenario, column: Column): number | undefined => {
  const asked = column.ageing === undefined ? scenario.ageing : column.ageing
  return asked === undefined ? defaults.ageing : asked ?? undefined
}

export const settingsOf = (scenario: Scenario, column: Column): Settings => ({
  ...defaults,
  total: Passage.timeouts.total,
  bestPriority: bestPriorityOf(scenario),
  ageing: ageingOf(scenario, column)
})

const played = Effect.fnUntraced(function*(scenario: Scenario, column: Column, options: Options, agenda: Agenda) {
  const interpreter = yield* Interpreters.make(settingsOf(scenario, column))
  const { duration } = scenario
  const fleet = Fleet.make(scenario, column, agenda)
  const hosts = [...fleet.hosts.values()]
  const organisations = new Set([
    ...hosts.map(({ server }) => server.organisation),
    ...scenario.populations.map(({ organisation }) => organisation)
  ])
  const recorder = Recorder.make(agenda, bestPriorityOf(scenario), hosts, [...organisations])
  if (options.observe !== undefined) interpreter.observers.add(options.observe)
  interpreter.post(...fleet.changes)

  const forecaster = new Forecaster(interpreter.state)
  const surroundings: Passage.Surroundings = {
    agenda,
    interpreter,
    hosts: fleet.hosts,
    forecast: options.forecasts === true ? (id) => forecaster.of(id, interpreter.now()) : () => undefined,
    waiting: recorder.waiting,
    leased: recorder.leased,
    charged: recorder.charged
  }
  let sent = 0
  let ended = 0
  for (const [place, population] of scenario.populations.entries()) {
    const common = commonOf(scenario, population, place)
    Users.play(population, {
      agenda,
      duration,
      seed: scenario.seed,
      startsAt: scenario.startsAt ?? 0,
      send: ({ output, prompt }, done) => {
        const line = Ledger.line(population, agenda.now, prompt, output)
        recorder.write(line)
        Passage.begin({
          ...common,
          line,
          ticket: {
            id: String(++sent),
            model: common.model,
            caller: common.caller,
            work: { promptBytes: prompt * bytesPerToken }
          },
          prefix: common.prefix?.slice(0, Math.floor(prompt / blockTokens)),
          done: (served) => {
            ended++
            recorder.ended()
            done(served)
          }
        }, surroundings)
      }
    })
  }

  const always = (every: number, run: () => void, first = every): void => {
    agenda.put(first, () => {
      run()
      always(every, run, agenda.now + every)
    })
  }
  always(healthEvery, () =>
    interpreter.post(...hosts.map(({ condition, server: { url } }) => ({
      _tag: "HealthChecked" as const,
      url,
      health: condition === "down" ? "down" as const : "up" as const
    }))))
  const models = fleet.changes.flatMap((change) => change._tag === "ModelChanged" ? [change.model] : [])
  always(loadEvery, () =>
    interpreter.post(...hosts.flatMap((host) => {
      const load = host.load()
      const { url } = host.server
      return load === undefined ? [] : models.filter(({ servers }) => servers.includes(url)).map(({ name: model }) => ({
        _tag: "LoadSampled" as const,
        url,
        model,
        load
      }))
    })))
  for (const fault of fleet.faults) strike(fault, agenda, interpreter)

  const every = duration / (options.readings ?? 240)
  for (let reading = 1; reading * every <= duration + 1e-6; reading++) {
    agenda.runTo(Math.min(duration, reading * every))
    recorder.read()
    options.progress?.(agenda.now / duration)
    if (options.requests !== undefined && ended >= options.requests) break
  }
  return recorder
})

const commonOf = (scenario: Scenario, population: Population, place: number) => {
  const { key, leavesAfter, model, name, organisation, priority, routingMode, sharedPrefix, stream, threshold } =
    population
  return {
    model: model ?? scenario.models[0]!.name,
    stream: stream ?? true,
    leavesAfter,
    prefix: sharedPrefix === undefined
      ? undefined
      : Array.from({ length: Math.floor(sharedPrefix / blockTokens) }, (_, block) => place * 1_000_000 + block),
    caller: {
      key: key ?? name,
      organisation,
      priority,
      routingMode: routingMode ?? "any",
      ...(threshold === undefined ? {} : { threshold })
    }
  }
}

const strike = (
  { at, for: lasts, host, kind, times = 3 }: Fleet.Fleet["faults"][number],
  agenda: Agenda,
  { post }: Interpreters.Interpreter
): void => {
  const { url } = host.server
  const change = (begins: boolean) => {
    if (kind === "draining") return post({ _tag: "ServerDraining", url, draining: begins })
    if (kind === "slow") return host.slowDown(begins ? times : 1)
    host.become(begins ? kind : "fine")
  }
  agenda.put(at, () => change(true))
  if (lasts !== undefined) agenda.put(at + lasts, () => change(false))
}
