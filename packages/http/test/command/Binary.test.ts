import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Console, Effect, Layer } from "effect"
import { Command } from "effect/cli"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { folder } from "../../../store/test/support/Folder.ts"
import { aiguilleur } from "../../src/command/Commands.ts"
import * as Presentation from "../../src/command/Presentation.ts"
import { version } from "../../src/Version.ts"
import type { Ran } from "./Store.ts"

const program = fileURLToPath(new URL("../../src/main.ts", import.meta.url))

/** In a process of its own, with a data folder of its own. */
const spawn = (data: string, ...args: ReadonlyArray<string>) =>
  Effect.callback<Ran>((resume) => {
    const env = { PATH: process.env.PATH ?? "", AIGUILLEUR_DATA: data }
    const child = execFile(process.execPath, [program, ...args], { env }, (error, out, err) => {
      resume(Effect.succeed({ code: error === null ? 0 : Number(error.code), out, err }))
    })
    return Effect.sync(() => child.kill("SIGKILL"))
  })

/** The words that lead to each command. */
const all = (command: Command.Command.Any, words: ReadonlyArray<string> = []): ReadonlyArray<ReadonlyArray<string>> => [
  words,
  ...command.subcommands.flatMap(({ commands }) => commands.flatMap((each) => all(each, [...words, each.name])))
]

describe("aiguilleur", () => {
  it.live(
    "keeps what one command wrote for the next, starting and stopping the database by itself",
    () =>
      Effect.gen(function*() {
        const data = yield* folder
        const made = yield* spawn(data, "organisations", "create", "univ-a")
        assert.deepStrictEqual(made, {
          code: 0,
          out: "The organisation univ-a was created; its weight is 1.\n",
          err: ""
        })
        const key = yield* spawn(data, "keys", "create", "moodle", "--organisation", "univ-a", "--json")
        assert.match(JSON.parse(key.out).secret, /^aig_/)
        const refused = yield* spawn(data, "keys", "edit", "moodle", "--priority", "6")
        const line = "The priority 6 is above the best one, 5 (queue.bestPriority).\n"
        assert.deepStrictEqual(refused, { code: 1, out: "", err: line })
      }),
    60_000
  )

  it.live(
    "says in one line what is wrong with the database or with the command, and exits with 1",
    () =>
      Effect.gen(function*() {
        const nowhere = yield* spawn("/dev/null/nowhere", "keys", "list")
        assert.strictEqual(nowhere.code, 1)
        assert.match(nowhere.err, /^[^\n]*\/dev\/null\/nowhere[^\n]*AIGUILLEUR_DATA[^\n]*\n$/)
        const misspelt = yield* spawn("/dev/null/nowhere", "keys", "lists")
        assert.strictEqual(misspelt.code, 1)
        assert.match(misspelt.err, /lists/)
        assert.match(misspelt.err, /Help: aiguilleur keys --help\n$/)
        const beyond = yield* spawn("/dev/null/nowhere", "serve", "--port", "65536")
        assert.strictEqual(beyond.code, 1)
        assert.match(beyond.err, /Expected a port from 0 to 65535, found 65536\n/)
      }),
    60_000
  )

  it.live("prints completions for shells without touching a database", () =>
    Effect.gen(function*() {
      const { code, out } = yield* spawn("/dev/null/nowhere", "--completions", "bash")
      assert.strictEqual(code, 0)
      assert.include(out, "routing-mode")
    }), 60_000)

  it.effect("describes every command and all that it takes, with an example for every one that does something", () =>
    Effect.gen(function*() {
      for (const words of all(aiguilleur)) {
        const said: Array<string> = []
        const console = { ...globalThis.console, log: (line: string) => said.push(line) }
        yield* Command.runWith(aiguilleur, { version })([...words, "--help"]).pipe(
          Effect.provideService(Console.Console, console as Console.Console)
        )
        const help = said.join("\n")
        assert.match(help, /^DESCRIPTION\n {2}\S/, words.join(" "))
        if (!help.includes("SUBCOMMANDS")) assert.include(help, "EXAMPLES")
        const named = help.match(/^ {2}(?:--[\w-]+|[\w-]+ (?:string|choice|integer|number))\b.*$/gm) ?? []
        // The name, what it takes, and words about it.
        for (const line of named) assert.match(line, /^ {2}\S+(?: \S+)? {4,}\S/, `${words.join(" ")}: ${line}`)
      }
    }).pipe(Effect.provide(Layer.merge(NodeServices.layer, Presentation.layer))))
})
