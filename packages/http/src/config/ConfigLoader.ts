/** Reads a configuration file: YAML to a checked `Config`, or every problem that it has. */
import { defaults } from "@aiguilleur/core/Settings"
import { Clock, Effect, FileSystem } from "effect"
import type { Config } from "./Config.ts"
import { ConfigError } from "./ConfigError.ts"
import type { Problem } from "./ConfigError.ts"
import type { ConfigFile } from "./ConfigFile.ts"
import type { Environment } from "./Environment.ts"
import * as Fleet from "./Fleet.ts"
import * as KeyRing from "./KeyRing.ts"
import * as Membership from "./Membership.ts"
import * as Mismatch from "./Mismatch.ts"
import * as Report from "./Report.ts"
import * as Source from "./Source.ts"
import { transcription } from "./SttSection.ts"
import * as Yaml from "./Yaml.ts"

export interface LoadOptions {
  /** What `${NAME}` refers to. */
  readonly environment: Environment
}

/** Decodes the text of a configuration file; `file` only names it in problems. */
export const parse: (
  file: string,
  text: string,
  options: LoadOptions
) => Effect.Effect<Config, ConfigError> = Effect.fnUntraced(function*(file, text, options) {
  const yaml = Yaml.parse(text)
  if (yaml.problems.length > 0) return yield* new ConfigError({ file, problems: yaml.problems })
  const report = Report.make()
  const values = Source.values(yaml, options.environment, report)
  const decoded = values === null ? undefined : Mismatch.decode(values, report)
  const config = decoded?.file === undefined
    ? undefined
    : assemble(decoded.file, decoded.incomplete, yield* Clock.currentTimeMillis, report)
  if (config === undefined || report.problems.length > 0) {
    return yield* new ConfigError({ file, problems: inOrder(report.problems) })
  }
  return { ...config, warnings: inOrder(report.warnings) }
})

/** Reads and decodes a configuration file. */
export const load: (
  file: string,
  options: LoadOptions
) => Effect.Effect<Config, ConfigError, FileSystem.FileSystem> = Effect.fnUntraced(function*(file, options) {
  const { readFileString } = yield* FileSystem.FileSystem
  const text = yield* readFileString(file).pipe(
    Effect.mapError(({ reason }) =>
      new ConfigError({
        file,
        problems: [{
          path: "",
          message: reason._tag === "NotFound" ? "no such file" : `cannot be read: ${reason._tag}`
        }]
      })
    )
  )
  return yield* parse(file, text, options)
})

const assemble = (
  file: ConfigFile,
  incomplete: ReadonlySet<string>,
  now: number,
  report: Report.Report
): Omit<Config, "warnings"> => {
  checkLimits(file, report)
  const { bestPriority } = file.queue
  const organisations = Membership.organisations(file, incomplete, report)
  const servers = Fleet.servers(file, report)
  const models = Fleet.models(file, report)
  const keys = KeyRing.keys(file, {
    models,
    servers,
    organisations: new Set(organisations.map(({ name }) => name)),
    incomplete,
    bestPriority,
    now
  }, report)
  if (models.length === 0) report.warn([], "there are no models: every request will be answered with 404")
  if (keys.length === 0) report.warn([], "there are no keys: every request will be answered with 401")
  return {
    http: file.http,
    timeouts: file.timeouts,
    settings: {
      ...defaults,
      bestPriority,
      ageing: file.queue.ageing ?? undefined,
      secondCost: file.queue.secondCost,
      slotPace: file.queue.slotPace,
      explain: file.queue.explain ?? undefined,
      total: file.timeouts.total
    },
    organisations,
    models,
    servers,
    keys,
    transcription: transcription(file)
  }
}

const checkLimits = ({ http, timeouts }: ConfigFile, report: Report.Report) => {
  const within = (field: "maxBody" | "maxUpload", bound: "maxHeldBytes" | "maxSpooledBytes") => {
    if (http[field] <= http[bound]) return
    const expected = `at most ${bound} (${http[bound]} bytes)`
    const found = `${http[field]} bytes`
    report.error(["http", field], `expected ${expected}, found ${found}`, { expected, found })
  }
  within("maxBody", "maxHeldBytes")
  within("maxUpload", "maxSpooledBytes")
  for (const field of ["firstByte", "idle"] as const) {
    if (timeouts[field] > timeouts.total) report.warn(["timeouts", field], "longer than `total`, which ends first")
  }
}

const inOrder = (problems: ReadonlyArray<Problem>) =>
  problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
