/** Reads a configuration file: YAML to a checked `Config`, or every problem that it has. */
import type { ServerKind } from "@aiguilleur/core/Server"
import { Effect } from "effect"
import type { FileSystem } from "effect"
import type { Config } from "./Config.ts"
import { ConfigError } from "./ConfigError.ts"

export interface LoadOptions {
  /** What `${NAME}` refers to. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Whether a driver for this kind of server is built in. */
  readonly supports?: (kind: ServerKind) => boolean
}

/** Decodes the text of a configuration file; `file` only names it in problems. */
export const parse: (
  file: string,
  text: string,
  options: LoadOptions
) => Effect.Effect<Config, ConfigError> = Effect.fnUntraced(function*(file) {
  return yield* new ConfigError({ file, problems: [{ path: "", message: "the loader is being written" }] })
})

/** Reads and decodes a configuration file. */
export const load: (
  file: string,
  options: LoadOptions
) => Effect.Effect<Config, ConfigError, FileSystem.FileSystem> = Effect.fnUntraced(function*(file, options) {
  return yield* parse(file, "", options)
})
