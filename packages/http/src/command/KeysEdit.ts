/** `aiguilleur keys edit`: changes what a key allows; requests that wait follow. */
import { Keys } from "@aiguilleur/store/Keys"
import { Clock, Console, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as Applied from "../config/Applied.ts"
import * as KeyFlags from "./KeyFlags.ts"
import * as KeyView from "./KeyView.ts"
import { Rejected } from "./Refusal.ts"

export const reference = Argument.String("key").pipe(
  Argument.withDescription("Its id, or its name where one organisation alone uses it")
)

export const edit = Command.make(
  "edit",
  {
    reference,
    name: KeyFlags.text("name").pipe(Flag.withDescription("A new name"), Flag.optional),
    organisation: KeyFlags.text("organisation").pipe(
      Flag.withDescription("Another organisation that owns it"),
      Flag.optional
    ),
    ...KeyFlags.choices,
    json: KeyFlags.json
  },
  Effect.fn("KeysEdit.run")(function*({ json, name, organisation, reference, ...flags }) {
    const keys = yield* Keys
    const { id, revokedAt, ...before } = yield* keys.find(reference)
    if (revokedAt !== null) {
      return yield* new Rejected({ message: `The key ${before.name} is revoked. Create another.` })
    }
    const wanted = {
      ...KeyFlags.given(flags),
      ...(Option.isSome(name) ? { name: name.value } : {}),
      ...(Option.isSome(organisation) ? { organisation: organisation.value } : {})
    }
    if (Object.keys(wanted).length === 0) {
      return yield* new Rejected({ message: "Nothing to change: say what with --priority and the like (see --help)." })
    }
    const key = yield* keys.edit(id, yield* KeyFlags.check(wanted, yield* Applied.read))
    const now = yield* Clock.currentTimeMillis
    return yield* Console.log(
      json
        ? JSON.stringify(KeyView.json(key, now), null, 2)
        : `The key ${key.name} was changed. It now says:\n${KeyView.lines(key, now)}`
    )
  })
).pipe(
  Command.withDescription("Change what a key allows; what is not named stays as it is"),
  Command.withExamples([
    { command: "aiguilleur keys edit moodle --priority 5", description: "Requests that wait move up" },
    { command: "aiguilleur keys edit lab-7 --models all --expires never", description: "Take limits away" }
  ])
)
