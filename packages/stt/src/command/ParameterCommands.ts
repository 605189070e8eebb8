/** `stt parameters …` and `stt cleanup`: limits, and what is done about them. */
import { Effect, Option } from "effect"
import { Argument, Command } from "effect/cli"
import { CleanUp } from "../job/CleanUp.ts"
import { nameOf, names, parameters as known } from "../parameter/Parameter.ts"
import { Parameters } from "../parameter/Parameters.ts"
import { atDesk, fail, json, print } from "./Desk.ts"

const named = (given: string) => {
  const name = nameOf(given)
  return name === undefined
    ? fail(`There is no parameter ${given}. There are: ${names.join(", ")}`)
    : Effect.succeed(name)
}

const get = Command.make(
  "get",
  { name: Argument.optional(Argument.String("name").pipe(Argument.withDescription("This limit alone"))), json },
  Effect.fnUntraced(function*({ json, name }) {
    yield* atDesk(Effect.gen(function*() {
      const all = yield* (yield* Parameters).all
      const wanted = Option.isNone(name) ? names : [yield* named(name.value)]
      const values = Object.fromEntries(wanted.map((name) => [name, all[name]]))
      yield* print(json, values, wanted.map((name) => `${name} = ${all[name]}  (${known[name].about})`))
    }))
  })
).pipe(
  Command.withDescription("Show one limit, or all of them"),
  Command.withExamples([
    { command: "aiguilleur stt parameters get", description: "All of them" },
    { command: "aiguilleur stt parameters get MAX_MEDIA_DURATION_IN_SECONDS", description: "One" }
  ])
)

const set = Command.make(
  "set",
  {
    name: Argument.String("name").pipe(Argument.withDescription("Which; `stt parameters get` lists them")),
    value: Argument.Finite("value").pipe(Argument.withDescription("In the unit that the list names")),
    json
  },
  Effect.fnUntraced(function*({ json, name, value }) {
    yield* atDesk(Effect.gen(function*() {
      const parameter = yield* named(name)
      yield* (yield* Parameters).set(parameter, value)
      yield* print(json, { [parameter]: value }, [`${parameter} = ${value}`])
    }))
  })
).pipe(
  Command.withDescription("Change a limit; minutes may be fractions"),
  Command.withExamples([
    { command: "aiguilleur stt parameters set TRANSLATION_WORKER_TIMEOUT 0.5", description: "Half a minute" }
  ])
)

export const parameters = Command.make("parameters").pipe(
  Command.withDescription("Limits of the transcription service"),
  Command.withSubcommands([get, set])
)

export const cleanup = Command.make(
  "cleanup",
  { json },
  Effect.fnUntraced(function*({ json }) {
    yield* atDesk(Effect.gen(function*() {
      const cleaned = yield* (yield* CleanUp).run
      yield* print(json, cleaned, [`${cleaned.failed} jobs were ended, ${cleaned.deleted} enrichments deleted.`])
    }))
  })
).pipe(
  Command.withDescription("Run the clean-up now"),
  Command.withExamples([
    { command: "aiguilleur stt cleanup", description: "What the service does every minute by itself" }
  ])
)
