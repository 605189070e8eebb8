import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Command } from "effect/cli"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { folder } from "../../../store/test/support/Folder.ts"
import { aiguilleur } from "../../src/command/Commands.ts"
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

const all = (command: Command.Command.Any): ReadonlyArray<Command.Command.Any> => [
  command,
  ...command.subcommands.flatMap(({ commands }) => commands.flatMap(all))
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
      }),
    60_000
  )

  it.live("prints completions for shells without touching a database", () =>
    Effect.gen(function*() {
      const { code, out } = yield* spawn("/dev/null/nowhere", "--completions", "bash")
      assert.strictEqual(code, 0)
      assert.include(out, "routing-mode")
    }), 60_000)

  it("has a description for every command, and examples for every one that does something", () => {
    for (const command of all(aiguilleur)) {
      assert.isNotEmpty(command.description, command.name)
      if (command.subcommands.length === 0) assert.isNotEmpty(command.examples, command.name)
    }
  })
})
