/** `aiguilleur keys create`: a new key, whose secret is shown this once. */
import { Keys } from "@aiguilleur/store/Keys"
import { Clock, Console, Effect, Redacted } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as Applied from "../config/Applied.ts"
import * as KeyFlags from "./KeyFlags.ts"
import * as KeyView from "./KeyView.ts"

/** Of a key for which nothing was said, as in the configuration file. */
const ordinary = 1

export const create = Command.make(
  "create",
  {
    name: Argument.String("name").pipe(
      Argument.withDescription("What to call it; unique in its organisation"),
      Argument.filter((name) => name.trim() !== "", () => "The name must not be empty")
    ),
    organisation: KeyFlags.text("organisation").pipe(Flag.withDescription("Whose key it is")),
    ...KeyFlags.choices,
    json: KeyFlags.json
  },
  Effect.fn("KeysCreate.run")(function*({ json, name, organisation, ...flags }) {
    const applied = yield* Applied.read
    const priority = Math.min(ordinary, applied.bestPriority)
    const choices = yield* KeyFlags.check({ priority, ...KeyFlags.given(flags) }, applied)
    const { key, secret } = yield* (yield* Keys).create({ ...choices, name, organisation })
    const now = yield* Clock.currentTimeMillis
    const shown = Redacted.value(secret)
    yield* Console.log(
      json ? JSON.stringify({ key: KeyView.json(key, now), secret: shown }, null, 2) : [
        `The key ${key.name} was created:`,
        KeyView.lines(key, now),
        "",
        "Its secret, which is shown this once and kept nowhere:",
        "",
        `  ${shown}`,
        ""
      ].join("\n")
    )
  })
).pipe(
  Command.withDescription("Create a key; its secret is printed once"),
  Command.withExamples([
    { command: "aiguilleur keys create moodle --organisation univ-a --priority 5", description: "An interactive key" },
    {
      command: "aiguilleur keys create lab-7 --organisation univ-a --routing-mode private-only --expires 2027-06-30",
      description: "For one laboratory, on the servers of its own university, until the end of June"
    },
    {
      command: "aiguilleur keys create nightly --organisation univ-b --models mistral31-24b --threshold 100 --json",
      description: "For a program; the secret is the field \"secret\""
    }
  ])
)
