/** `aiguilleur keys list`: who may use the service. */
import { Keys } from "@aiguilleur/store/Keys"
import { Clock, Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import * as KeyFlags from "./KeyFlags.ts"
import * as KeyView from "./KeyView.ts"

const filter = <A>(name: string, value: Option.Option<A>): { readonly [name: string]: A } =>
  Option.isSome(value) ? { [name]: value.value } : {}

export const list = Command.make(
  "list",
  {
    name: Flag.String("name").pipe(Flag.withDescription("Part of the name, in any case"), Flag.optional),
    organisation: Flag.String("organisation").pipe(Flag.withDescription("The whole name"), Flag.optional),
    email: Flag.String("email").pipe(Flag.withDescription("Part of the e-mail address, in any case"), Flag.optional),
    priority: KeyFlags.priority.pipe(Flag.withDescription("This priority alone"), Flag.optional),
    routingMode: KeyFlags.routingMode.pipe(Flag.withDescription("This routing mode alone"), Flag.optional),
    revoked: Flag.Boolean("revoked").pipe(Flag.withDescription("Revoked keys too"), Flag.withDefault(false)),
    json: KeyFlags.json
  },
  Effect.fn("KeysList.run")(function*({ email, json, name, organisation, priority, revoked, routingMode }) {
    const keys = yield* (yield* Keys).list({
      ...filter("name", name),
      ...filter("organisation", organisation),
      ...filter("email", email),
      ...filter("priority", priority),
      ...filter("routingMode", routingMode),
      revoked
    })
    const now = yield* Clock.currentTimeMillis
    if (json) return yield* Console.log(JSON.stringify(keys.map((key) => KeyView.json(key, now)), null, 2))
    return yield* Console.log(
      keys.length === 0 ? "No key matches. Create one with: aiguilleur keys create" : KeyView.list(keys, now)
    )
  })
).pipe(
  Command.withDescription("List keys; filters are combined"),
  Command.withExamples([
    { command: "aiguilleur keys list", description: "Every key that works, or has expired" },
    { command: "aiguilleur keys list --organisation univ-a --priority 5", description: "The urgent ones of univ-a" },
    { command: "aiguilleur keys list --email @univ-b.example --revoked --json", description: "For a program" }
  ])
)
