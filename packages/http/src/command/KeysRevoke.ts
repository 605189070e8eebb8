/** `aiguilleur keys revoke`: a key opens nothing from the next second on. */
import { Keys } from "@aiguilleur/store/Keys"
import { Clock, Console, Effect } from "effect"
import { Command } from "effect/cli"
import * as KeyFlags from "./KeyFlags.ts"
import { reference } from "./KeysEdit.ts"
import * as KeyView from "./KeyView.ts"

export const revoke = Command.make(
  "revoke",
  { reference, json: KeyFlags.json },
  Effect.fn("KeysRevoke.run")(function*({ json, reference }) {
    const keys = yield* Keys
    const found = yield* keys.find(reference)
    const key = yield* keys.revoke(found.id)
    const said = found.revokedAt === null
      ? `The key ${key.name} of ${key.organisation} is revoked. Requests that run may finish; those that wait fail.`
      : `The key ${key.name} of ${key.organisation} had been revoked already.`
    yield* Console.log(json ? JSON.stringify(KeyView.json(key, yield* Clock.currentTimeMillis), null, 2) : said)
  })
).pipe(
  Command.withDescription("Revoke a key for good; its name is free again"),
  Command.withExamples([
    { command: "aiguilleur keys revoke moodle", description: "By its name" },
    {
      command: "aiguilleur keys revoke 0b9ad9d2-6b1f-4a53-9d0c-0f4a1c0f7e11",
      description: "By its id, where several organisations have a key of that name"
    }
  ])
)
