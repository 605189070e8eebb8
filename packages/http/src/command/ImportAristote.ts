/** `aiguilleur import aristote`: the predecessor's users become keys, and their tokens go on working. */
import { Keys } from "@aiguilleur/store/Keys"
import * as KeySecret from "@aiguilleur/store/KeySecret"
import { Organisations } from "@aiguilleur/store/Organisations"
import { users } from "@aiguilleur/store/predecessor/PredecessorDatabase"
import { convert, type Converted, problem } from "@aiguilleur/store/predecessor/PredecessorUser"
import { transaction } from "@aiguilleur/store/Transaction"
import { Config, Console, Effect, Option, Redacted } from "effect"
import { Command, Flag } from "effect/cli"
import * as Applied from "../config/Applied.ts"
import * as KeyFlags from "./KeyFlags.ts"
import { Rejected } from "./Refusal.ts"

const several = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`

/** Every key, or a sentence about the first users that cannot become one. */
const converted = Effect.fnUntraced(function*(url: Redacted.Redacted, fallback: string | undefined) {
  const { bestPriority } = yield* Applied.read
  const keys: Array<Converted> = []
  const homeless: Array<string> = []
  for (const user of yield* users(url)) {
    const wrong = problem(user)
    if (wrong !== undefined) {
      return yield* new Rejected({ message: `The user ${user.name || "without a name"} ${wrong}; correct it there.` })
    }
    const key = convert(user, bestPriority, fallback)
    if (key === undefined) homeless.push(user.name)
    else keys.push(key)
  }
  if (homeless.length > 0) {
    const named = homeless.slice(0, 5).join(", ") + (homeless.length > 5 ? ", …" : "")
    const message = `${several(homeless.length, "user")} without an organisation (${named}): ` +
      "say whose they are with --organisation NAME."
    return yield* new Rejected({ message })
  }
  return keys
})

const write = Effect.fnUntraced(function*(wanted: ReadonlyArray<Converted>) {
  const keys = yield* Keys
  const organisations = yield* Organisations
  const members = new Set((yield* organisations.list).map(({ name }) => name))
  const made: Array<Converted> = []
  const founded: Array<string> = []
  let known = 0
  for (const key of wanted) {
    // A second import finds what the first one made, whatever was changed about it since.
    if (Option.isSome(yield* keys.findByDigest(KeySecret.digest(Redacted.value(key.secret))))) {
      known++
      continue
    }
    const { organisation } = key.choices
    if (!members.has(organisation)) {
      yield* organisations.create({ name: organisation, weight: 1 }, "import")
      members.add(organisation)
      founded.push(organisation)
    }
    yield* keys.create(key.choices, key.secret)
    made.push(key)
  }
  return { made, founded, known }
})

type Report = Effect.Success<ReturnType<typeof write>>

const summary = ({ founded, known, made }: Report, dryRun: boolean) =>
  [
    `${several(made.length, "key")} ${
      dryRun ? "would be" : made.length === 1 ? "was" : "were"
    } imported, ${known} known already.`,
    ...(founded.length === 0 ? [] : [`New organisations: ${founded.join(", ")}.`]),
    ...made.flatMap(({ choices, notes }) => notes.map((note) => `  ${choices.name}: ${note}`))
  ].join("\n")

const view = ({ founded, known, made }: Report, dryRun: boolean) => ({
  dryRun,
  imported: made.map(({ choices: { name, organisation, priority, routingMode, threshold }, notes }) => ({
    name,
    organisation,
    priority,
    routingMode,
    threshold,
    notes
  })),
  organisations: founded,
  known
})

/** Undoes the transaction with its report in hand. */
class DryRun {
  readonly _tag = "DryRun"
  readonly message = "a dry run"
  readonly report: Report

  constructor(report: Report) {
    this.report = report
  }
}

const aristote = Command.make(
  "aristote",
  {
    url: Flag.Redacted("url").pipe(
      Flag.withMetavar("URL"),
      Flag.withDescription(
        "postgres://user:password@host:5432/database, or mysql://…:3306/…; else ARISTOTE_DATABASE_URL, which hides it"
      ),
      Flag.withFallbackConfig(Config.Redacted("ARISTOTE_DATABASE_URL"))
    ),
    organisation: KeyFlags.text("organisation").pipe(
      Flag.withDescription("Who owns the keys of users without an organisation"),
      Flag.optional
    ),
    dryRun: Flag.Boolean("dry-run").pipe(
      Flag.withDescription("Say what would be imported, and change nothing"),
      Flag.withDefault(false)
    ),
    json: KeyFlags.json
  },
  Effect.fn("ImportAristote.run")(function*({ dryRun, json, organisation, url }) {
    const wanted = yield* converted(url, Option.getOrUndefined(organisation))
    const writing = Effect.filterOrFail(write(wanted), () => !dryRun, (report) => new DryRun(report))
    // All of it or nothing.
    const report = yield* transaction(writing).pipe(
      Effect.catchTag("DryRun", ({ report }) => Effect.succeed(report))
    )
    yield* Console.log(json ? JSON.stringify(view(report, dryRun), null, 2) : summary(report, dryRun))
  })
).pipe(
  Command.withDescription("Import the users of Aristote Dispatcher; their tokens go on working and are kept as hashes"),
  Command.withExamples([
    {
      command: "aiguilleur import aristote --url postgres://aristote:secret@db:5432/aristote --dry-run",
      description: "See what would happen"
    },
    {
      command: "aiguilleur import aristote --url postgres://aristote:secret@db:5432/aristote --organisation univ-a",
      description: "Users without an organisation become keys of univ-a; run it again and only new ones are added"
    },
    {
      command: "aiguilleur import aristote --url 'mysql://aristote:secret@db:3306/aristote?ssl-mode=required'",
      description: "From a MySQL or MariaDB, encrypted"
    }
  ])
)

export const imported = Command.make("import").pipe(
  Command.withDescription("Bring keys from another system"),
  Command.withSubcommands([aristote])
)
