/** How a command that cannot do what it was told says so: one line on standard error, and exit code 1. */
import { Console, Effect, Predicate, Runtime, Schema } from "effect"
import { CliError } from "effect/cli"

/** What was asked for makes no sense; the sentence says what would. */
export class Rejected extends Schema.TaggedError<Rejected>()("Rejected", { message: Schema.String }) {}

/** The reason has been printed. */
export class CommandFailed extends Schema.TaggedError<CommandFailed>()("CommandFailed", { message: Schema.String }) {
  override readonly [Runtime.errorReported] = false
}

const reported = (error: unknown): boolean =>
  CliError.isCliError(error) || (Predicate.hasProperty(error, Runtime.errorReported) &&
    error[Runtime.errorReported] === false)

/** Prints the message of whatever a command fails with, unless it was printed where it arose. */
export const report = <A, E extends { readonly message: string }, R>(command: Effect.Effect<A, E, R>) =>
  Effect.catchIf(
    command,
    (error) => !reported(error),
    ({ message }) => Effect.andThen(Console.error(message), Effect.fail(new CommandFailed({ message })))
  )
