/** One embedded database for a test file, and commands that run on it within this process. */
import * as Database from "@aiguilleur/store/Database"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect, Layer, Sink, Stdio } from "effect"
import { Command } from "effect/cli"
import { empty } from "../../../store/test/support/Fixture.ts"
import { folder } from "../../../store/test/support/Folder.ts"
import { onStore } from "../../src/command/Commands.ts"
import * as Presentation from "../../src/command/Presentation.ts"
import { report } from "../../src/command/Refusal.ts"
import { repositories } from "../../src/command/StoreAccess.ts"
import { version } from "../../src/Version.ts"

/** For tests over a real server on a machine that is busy. */
export const limit = { timeout: 30_000 }

/** An embedded server in a folder of its own, and the repositories on it. */
export const layer = Layer.provideMerge(
  repositories,
  Layer.unwrap(Effect.map(folder, (data) => Database.layer({ data, role: "cli" })))
).pipe(Layer.provideMerge(NodeServices.layer))

export const clean = empty

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** What `aiguilleur …` prints, and how it ends. */
export const run = Effect.fnUntraced(function*(...args: ReadonlyArray<string>) {
  const out: Array<string> = []
  const err: Array<string> = []
  const console = {
    ...globalThis.console,
    log: (line: string) => out.push(`${line}\n`),
    error: (line: string) => err.push(`${line}\n`)
  }
  const stdout = Sink.forEach((text: string | Uint8Array) => Effect.sync(() => out.push(String(text))))
  const code = yield* Command.runWith(Command.make("aiguilleur").pipe(Command.withSubcommands(onStore)), { version })(
    args
  ).pipe(
    report,
    Effect.provideService(Console.Console, console as Console.Console),
    Effect.provideService(Stdio.Stdio, Stdio.make({ ...yield* Stdio.Stdio, stdout: () => stdout })),
    Effect.provide(Presentation.layer),
    Effect.match({ onFailure: () => 1, onSuccess: () => 0 })
  )
  return { code, out: out.join(""), err: err.join("") } satisfies Ran
})

/** The same for a program. */
export const json = Effect.fnUntraced(function*(...args: ReadonlyArray<string>) {
  const { err, out } = yield* run(...args, "--json")
  return out === "" ? yield* Effect.die(new Error(err)) : JSON.parse(out)
})
