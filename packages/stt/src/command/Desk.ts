/** What the commands need: the database that the service uses, and one way to say what went wrong. */
import * as Database from "@aiguilleur/store/Database"
import { Console, Effect, Layer, Runtime, Schema } from "effect"
import { Flag } from "effect/cli"
import * as Service from "../Service.ts"
import { Settings } from "../Settings.ts"

/** Ends the command with exit code 1. */
export class CommandFailed extends Schema.TaggedError<CommandFailed>()("CommandFailed", { message: Schema.String }) {
  override readonly [Runtime.errorReported] = false
}

export const fail = (message: string): Effect.Effect<never, CommandFailed> =>
  Effect.fail(new CommandFailed({ message }))

export const json = Flag.Boolean("json").pipe(Flag.withDescription("Print JSON"), Flag.withDefault(false))

const layer = Service.repositories.pipe(
  Layer.provideMerge(Layer.mergeAll(Database.layerConfig("cli"), Settings.layerConfig()))
)

/** What is changed is committed when this returns, and so holds in a service that runs. */
export const atDesk = <A, E extends { readonly message: string }, R>(command: Effect.Effect<A, E, R>) =>
  command.pipe(
    Effect.provide(layer),
    // Said once, here, whatever failed.
    Effect.tapError(({ message }) => Console.error(message)),
    Effect.mapError(({ message }) => new CommandFailed({ message }))
  )

/** JSON for programs, lines for people. */
export const print = (asJson: boolean, value: unknown, lines: ReadonlyArray<string>): Effect.Effect<void> =>
  Console.log(asJson ? JSON.stringify(value, null, 2) : lines.join("\n"))
