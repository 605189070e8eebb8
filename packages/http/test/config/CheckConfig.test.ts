import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import { Console, Effect, FileSystem, Runtime } from "effect"
import { Command } from "effect/cli"
import { make } from "../../src/command/CheckConfig.ts"
import { environment, sentinel, small } from "./ConfigText.ts"

/** Runs the command on a file with this text; what it prints is caught. */
const check = Effect.fnUntraced(function*(text: string, ...flags: Array<string>) {
  const fs = yield* FileSystem.FileSystem
  const file = yield* fs.makeTempFileScoped({ suffix: ".yaml" })
  yield* fs.writeFileString(file, text)
  const out: Array<string> = []
  const err: Array<string> = []
  const console = {
    ...globalThis.console,
    log: (line: string) => out.push(line),
    error: (line: string) => err.push(line)
  }
  const error = yield* Command.runWith(make(environment), { version: "0" })([file, ...flags]).pipe(
    Effect.provideService(Console.Console, console as Console.Console),
    Effect.match({ onFailure: (error) => error, onSuccess: () => undefined })
  )
  const named = (lines: ReadonlyArray<string>) => lines.join("\n").replaceAll(file, "FILE")
  return { error, out: named(out), err: named(err) }
})

const bad = "http: { port: 0x1ffff }\nmodels: [{ name: m }, { name: m }]"

layer(NodeServices.layer)("check-config", (it) => {
  it.effect("prints what a good file amounts to", () =>
    Effect.gen(function*() {
      const { err, error, out } = yield* check(`${small}queue: { ageing: off }`)
      assert.isUndefined(error)
      assert.strictEqual(err, "")
      assert.strictEqual(
        out,
        `FILE is valid: 1 model, 1 server with 20 slots, 1 organisation, 1 key
  m: round-robin + concurrent-requests, 1 server, 20 slots
  key k: a, priority 1, any`
      )
    }))

  it.effect("prints warnings, and is content", () =>
    Effect.gen(function*() {
      const { error, out } = yield* check("models: [{ name: m }]")
      assert.isUndefined(error)
      assert.include(out, "warning: FILE:1:10: models[0]: m has no servers and will answer 503\n")
    }))

  it.effect("prints every problem where it is, and fails without being logged again", () =>
    Effect.gen(function*() {
      const { err, error, out } = yield* check(bad)
      assert.strictEqual(out, "")
      assert.strictEqual(
        err,
        `FILE:1:9: http.port: expected a whole number from 0 to 65535, found 0x1ffff
FILE:2:25: models[1].name: "m" is already taken by models[0].name (line 2)
2 problems`
      )
      assert.strictEqual(error?._tag, "ConfigRejected")
      assert.isFalse(Runtime.getErrorReported(error))
      assert.strictEqual(Runtime.getErrorExitCode(error), 1)
    }))

  it.effect("prints JSON for both endings", () =>
    Effect.gen(function*() {
      const good = yield* check(small, "--json")
      assert.deepInclude(JSON.parse(good.out), {
        ok: true,
        file: "FILE",
        models: [{
          name: "m",
          aliases: [],
          strategy: "round-robin",
          policy: "concurrent-requests",
          servers: ["http://h1:8000"],
          slots: 20
        }],
        keys: [{ name: "k", organisation: "a", priority: 1, routingMode: "any" }],
        warnings: []
      })
      const { err, error, out } = yield* check(bad, "--json")
      assert.strictEqual(error?._tag, "ConfigRejected")
      assert.strictEqual(err, "")
      const { ok, problems } = JSON.parse(out)
      assert.isFalse(ok)
      assert.deepStrictEqual(problems[0], {
        path: "http.port",
        message: "expected a whole number from 0 to 65535, found 0x1ffff",
        expected: "a whole number from 0 to 65535",
        found: "0x1ffff",
        line: 1,
        column: 9
      })
    }))

  it.effect("prints no secret", () =>
    Effect.gen(function*() {
      const text = small.replace("maxConcurrent", "token: \"${DC1_TOKEN}\", maxConcurrent")
      for (const flags of [[], ["--json"]]) {
        const { err, error, out } = yield* check(text, ...flags)
        assert.isUndefined(error)
        assert.notInclude(out + err, sentinel)
      }
    }))
})
