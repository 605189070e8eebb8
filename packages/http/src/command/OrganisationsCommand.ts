/** `aiguilleur organisations`: the members of the consortium and their shares. */
import { greatestWeight, leastWeight } from "@aiguilleur/core/Organisation"
import type { Member } from "@aiguilleur/store/Organisations"
import { Organisations } from "@aiguilleur/store/Organisations"
import { Console, DateTime, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as Applied from "../config/Applied.ts"
import * as KeyFlags from "./KeyFlags.ts"
import { Rejected } from "./Refusal.ts"
import { table } from "./Table.ts"

const name = Argument.String("name").pipe(
  Argument.withDescription("Its name, as in the configuration file"),
  Argument.filter((name) => name.trim() !== "", () => "The name must not be empty")
)

const weight = Flag.Finite("weight").pipe(
  Flag.filter(
    (weight) => weight >= leastWeight && weight <= greatestWeight,
    (weight) => `Expected a weight from ${leastWeight} to ${greatestWeight}, found ${weight}`
  ),
  Flag.withDescription("Its share, 1 for new ones: with weights 1 and 3, service is 1 : 3 when both have work")
)

const view = ({ createdAt, name, source, updatedAt, weight }: Member) => ({
  name,
  weight,
  source,
  createdAt: DateTime.formatIso(createdAt),
  updatedAt: DateTime.formatIso(updatedAt)
})

const show = (member: Member, json: boolean, what: string) =>
  Console.log(
    json
      ? JSON.stringify(view(member), null, 2)
      : `The organisation ${member.name} was ${what}; its weight is ${member.weight}.`
  )

const create = Command.make(
  "create",
  { name, weight: weight.pipe(Flag.withDefault(1)), json: KeyFlags.json },
  Effect.fn("OrganisationsCreate.run")(function*({ json, name, weight }) {
    yield* show(yield* (yield* Organisations).create({ name, weight }), json, "created")
  })
).pipe(
  Command.withDescription("Create an organisation, which can then own keys"),
  Command.withExamples([{
    command: "aiguilleur organisations create univ-c --weight 2",
    description: "A larger share"
  }])
)

const list = Command.make(
  "list",
  { json: KeyFlags.json },
  Effect.fn("OrganisationsList.run")(function*({ json }) {
    const members = yield* (yield* Organisations).list
    if (json) return yield* Console.log(JSON.stringify(members.map(view), null, 2))
    if (members.length === 0) {
      return yield* Console.log("There is none yet. Create one with: aiguilleur organisations create")
    }
    return yield* Console.log(
      table(["NAME", "WEIGHT", "FROM"], members.map(({ name, source, weight }) => [name, String(weight), source]))
    )
  })
).pipe(
  Command.withDescription("List organisations with their shares"),
  Command.withExamples([{ command: "aiguilleur organisations list", description: "All of them" }])
)

const edit = Command.make(
  "edit",
  {
    name,
    rename: KeyFlags.text("name").pipe(Flag.withDescription("A new name; its keys follow"), Flag.optional),
    weight: weight.pipe(Flag.optional),
    json: KeyFlags.json
  },
  Effect.fn("OrganisationsEdit.run")(function*({ json, name, rename, weight }) {
    if (Option.isNone(rename) && Option.isNone(weight)) {
      return yield* new Rejected({ message: "Nothing to change: give --weight or --name." })
    }
    const applied = yield* Applied.read
    const inFile = applied.owners.includes(name) || applied.organisations.some((member) => member.name === name)
    if (Option.isSome(rename) && inFile) {
      return yield* new Rejected({ message: `The configuration file names ${name}: rename it there.` })
    }
    const member = yield* (yield* Organisations).edit(name, {
      ...(Option.isSome(rename) ? { name: rename.value } : {}),
      ...(Option.isSome(weight) ? { weight: weight.value } : {})
    })
    return yield* show(member, json, "changed")
  })
).pipe(
  Command.withDescription("Change an organisation's share or name"),
  Command.withExamples([
    { command: "aiguilleur organisations edit univ-c --weight 3", description: "For what is granted from now on" }
  ])
)

export const organisations = Command.make("organisations").pipe(
  Command.withDescription("Create, list and edit the members of the consortium"),
  Command.withSubcommands([create, list, edit])
)
