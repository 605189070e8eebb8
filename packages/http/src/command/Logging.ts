/** What is logged, and how, as `LOG_LEVEL` and `LOG_FORMAT` say; always to standard error, for the rest is output. */
import { Config, Console, Effect, Layer, Logger, type LogLevel, Option, References } from "effect"

const levels: Readonly<Record<string, LogLevel.LogLevel>> = {
  all: "All",
  trace: "Trace",
  debug: "Debug",
  info: "Info",
  warn: "Warn",
  warning: "Warn",
  error: "Error",
  fatal: "Fatal",
  none: "None"
}

const variable = (name: string) => Effect.map(Config.option(Config.String(name)), Option.getOrElse(() => ""))

/** Something that cannot be read is said and left out: nobody is to be without a service for the sake of its log. */
const said = (name: string, expected: ReadonlyArray<string>) =>
  Console.error(`The environment variable ${name} must be one of ${expected.join(", ")}; it is left out.`)

const least = Effect.gen(function*() {
  const text = yield* variable("LOG_LEVEL")
  const level = levels[text.toLowerCase()]
  if (level === undefined && text !== "") yield* said("LOG_LEVEL", Object.keys(levels))
  return level ?? "Info"
})

const format = Effect.gen(function*() {
  const text = yield* variable("LOG_FORMAT")
  if (text.toLowerCase() === "json") return Logger.layer([Logger.withConsoleError(Logger.formatJson)])
  if (text !== "" && text !== "text") yield* said("LOG_FORMAT", ["text", "json"])
  return Layer.empty
})

export const layer = Layer.mergeAll(
  Layer.effect(References.MinimumLogLevel, least),
  Layer.succeed(Logger.LogToStderr, true),
  Layer.unwrap(format)
)
