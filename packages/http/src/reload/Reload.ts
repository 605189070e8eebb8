/** Brings a running gateway in line with its configuration file; a file that will not do changes nothing. */
import { Context, Effect, Equal, FileSystem, Layer, Semaphore } from "effect"
import type { Config } from "../config/Config.ts"
import { render } from "../config/ConfigError.ts"
import * as ConfigLoader from "../config/ConfigLoader.ts"
import type { Environment } from "../config/Environment.ts"
import { type Difference, Fleet } from "../Fleet.ts"
import { GatewaySettings } from "../GatewaySettings.ts"
import { settingsOf } from "../Program.ts"
import * as FileApplication from "./FileApplication.ts"

export interface Source {
  readonly file: string
  readonly environment: Environment
  /** As it was loaded at the start. */
  readonly running: Config
}

/** What is read once, when the gateway starts. */
const fixed = (config: Config): ReadonlyArray<readonly [path: string, value: unknown]> => {
  const { host, maxHeldBytes, maxSpooledBytes, maxUpload, metrics, port } = config.http
  const { ageing, bestPriority, explain, secondCost, slotPace } = config.settings
  return [
    ["http.host", host],
    ["http.port", port],
    ["http.maxHeldBytes", maxHeldBytes],
    ["http.maxSpooledBytes", maxSpooledBytes],
    ["http.maxUpload", maxUpload],
    ["http.metrics", metrics],
    ["timeouts.total", config.timeouts.total],
    ["queue.bestPriority", bestPriority],
    ["queue.ageing", ageing],
    ["queue.secondCost", secondCost],
    ["queue.slotPace", slotPace],
    ["queue.explain", explain],
    ["stt", config.transcription]
  ]
}

const difference = (what: string, { added, changed, removed }: Difference): ReadonlyArray<string> => [
  ...(added.length === 0 ? [] : [`${what} added: ${added.join(", ")}`]),
  ...(changed.length === 0 ? [] : [`${what} changed: ${changed.join(", ")}`]),
  ...(removed.length === 0 ? [] : [`${what} removed: ${removed.join(", ")}`])
]

const keysWritten = ({ added, changed, revoked }: FileApplication.Written): ReadonlyArray<string> =>
  added + changed + revoked === 0 ? [] : [`keys: ${added} added, ${changed} changed, ${revoked} revoked`]

/** How long the database has to take a file. */
const patience = "30 seconds"

const make = Effect.fnUntraced(function*({ environment, file, running }: Source) {
  const fleet = yield* Fleet
  const settings = yield* GatewaySettings
  const fs = yield* FileSystem.FileSystem
  const store = yield* Effect.context<Effect.Services<ReturnType<typeof FileApplication.apply>>>()
  const turn = yield* Semaphore.make(1)

  const unchanged = (reasons: ReadonlyArray<string>) =>
    Effect.as(
      Effect.logError([`${file} was not applied; everything stays as it was:`, ...reasons].join("\n")),
      false
    )

  const apply = Effect.fnUntraced(function*(config: Config) {
    for (const line of render(file, config.warnings)) yield* Effect.logWarning(line)
    const before = new Map(fixed(running))
    for (const [path, value] of fixed(config)) {
      if (Equal.equals(before.get(path), value)) continue
      yield* Effect.logWarning(`${file}: ${path} takes effect when the gateway is started again`)
    }
    // The best priority that commands are held to is the one that runs.
    const { bestPriority } = running.settings
    // Interrupted, or with a database that does not answer, it is as if it had not been tried: one transaction.
    const written = yield* FileApplication.apply({ ...config, settings: { ...config.settings, bestPriority } }).pipe(
      Effect.interruptible,
      Effect.timeout(patience)
    )
    const { models, servers } = yield* fleet.install({ ...config, organisations: [] })
    Object.assign(settings, settingsOf(config))
    const said = [...difference("servers", servers), ...difference("models", models), ...keysWritten(written)]
    yield* Effect.log(`${file} was applied: ${said.length === 0 ? "nothing has changed" : said.join("; ")}`)
    return true
  })

  const now = ConfigLoader.load(file, { environment }).pipe(
    Effect.provideService(FileSystem.FileSystem, fs),
    Effect.flatMap(apply),
    Effect.provide(store),
    Effect.catchTags({
      ConfigError: ({ problems }) => unchanged(render(file, problems)),
      DatabaseError: ({ message }) => unchanged([message]),
      FileConflict: ({ message }) => unchanged([`${file}: ${message}`]),
      TimeoutError: () => unchanged([`The database has not answered for ${patience}.`])
    }),
    // One after another, each to its end: a second signal is a second file.
    Effect.uninterruptible,
    turn.withPermits(1)
  )
  return { now }
})

export class Reload extends Context.Service<Reload, {
  /** Whether the file was applied; if not, the log says why. */
  readonly now: Effect.Effect<boolean>
}>()("@aiguilleur/http/Reload") {
  static readonly layer = (source: Source) => Layer.effect(Reload, make(source))
}
