import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Console, Effect, Layer } from "effect"
import * as Logging from "../../src/command/Logging.ts"

/** What is printed where, when two lines are logged under these variables. */
const logged = Effect.fnUntraced(function*(variables: Record<string, string>) {
  const out: Array<string> = []
  const err: Array<string> = []
  const console = Object.assign(Object.create(globalThis.console), {
    log: (...lines: Array<string>) => out.push(...lines),
    error: (...lines: Array<string>) => err.push(...lines)
  })
  const environment = ConfigProvider.layer(ConfigProvider.fromUnknown(variables))
  yield* Effect.andThen(Effect.logDebug("a detail"), Effect.logInfo("an event")).pipe(
    Effect.provide(Logging.layer.pipe(Layer.provide(environment))),
    Effect.provideService(Console.Console, console as Console.Console)
  )
  return { out, err: err.join("\n") }
})

describe("The log", () => {
  it.effect("goes to standard error, from the level on that LOG_LEVEL says in any case", () =>
    Effect.gen(function*() {
      for (const [level, expected] of [["", "event"], ["debug", "detail"], ["WARN", "nothing"]] as const) {
        const { err, out } = yield* logged({ LOG_LEVEL: level, LOG_FORMAT: "json" })
        assert.deepStrictEqual(out, [])
        assert.strictEqual(err.includes("a detail"), expected === "detail", level)
        assert.strictEqual(err.includes("an event"), expected !== "nothing", level)
      }
    }))

  it.effect("is one JSON object a line if LOG_FORMAT says so", () =>
    Effect.gen(function*() {
      const { err } = yield* logged({ LOG_FORMAT: "json" })
      assert.deepInclude(JSON.parse(err), { level: "INFO", message: "an event" })
      assert.notMatch((yield* logged({})).err, /^\{/)
    }))

  it.effect("says of a level or a format that there is none such, and goes on without", () =>
    Effect.gen(function*() {
      const { err } = yield* logged({ LOG_LEVEL: "loud", LOG_FORMAT: "xml" })
      assert.include(err, "LOG_LEVEL must be one of all, trace, debug, info")
      assert.include(err, "LOG_FORMAT must be one of text, json")
      assert.include(err, "an event")
    }))
})
