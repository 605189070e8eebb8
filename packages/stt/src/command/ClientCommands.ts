/** `stt clients …`: who may call the service. */
import { Effect, Option, Redacted } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as fs from "node:fs/promises"
import type { Choices, Client } from "../client/Client.ts"
import { Clients } from "../client/Clients.ts"
import * as ClientSecret from "../client/ClientSecret.ts"
import { isScope, type Scope, scopes } from "../client/Scope.ts"
import { Vault } from "../Vault.ts"
import { atDesk, CommandFailed, fail, json, print } from "./Desk.ts"

const text = (name: string, about: string) => Flag.String(name).pipe(Flag.withDescription(about), Flag.optional)
const number = (name: string, about: string) => Flag.Int(name).pipe(Flag.withDescription(about), Flag.optional)

const choices = {
  name: text("name", "What people call it; else its id"),
  model: text("model", "As a worker: the model that it runs"),
  infrastructure: text("infrastructure", "As a worker: where it runs"),
  transcriptionModel: text("transcription-model", "As a client: the model that its transcriptions need"),
  transcriptionInfrastructure: text("transcription-infrastructure", "As a client: where its transcriptions are made"),
  enrichmentModel: text("enrichment-model", "As a client: the model that its enrichments need"),
  enrichmentInfrastructure: text("enrichment-infrastructure", "As a client: where its enrichments are made"),
  translationModel: text("translation-model", "As a client: the model that its translations need"),
  translationInfrastructure: text("translation-infrastructure", "As a client: where its translations are made"),
  monthlyMinutes: number("monthly-minutes", "Minutes of media that it may send in a month"),
  retentionDays: number("retention-days", "Days after which what it sent is deleted"),
  webhookCa: Flag.String("webhook-ca").pipe(
    Flag.withDescription("File (PEM) of the authority of its webhook's certificate"),
    Flag.optional
  )
}

type Chosen = { readonly [Name in keyof typeof choices]: Option.Option<string | number> }

/** An empty text takes a value away. */
const valueOf = (chosen: Option.Option<string | number>): { readonly value?: string | number | null } =>
  Option.match(chosen, { onNone: () => ({}), onSome: (value) => ({ value: value === "" ? null : value }) })

const choicesOf = Effect.fnUntraced(function*({ model, webhookCa, ...others }: Chosen) {
  const found: Record<string, unknown> = {}
  for (const [name, chosen] of Object.entries({ ...others, aiModel: model })) {
    const { value } = valueOf(chosen)
    if (value !== undefined) found[name] = value
  }
  if (Option.isSome(webhookCa)) {
    const file = String(webhookCa.value)
    found.webhookCa = file === "" ? null : yield* Effect.tryPromise({
      try: () => fs.readFile(file, "utf8"),
      catch: () => new CommandFailed({ message: `The file ${file} cannot be read.` })
    })
  }
  return found as Partial<Choices>
})

const scopesOf = Effect.fnUntraced(function*(list: string) {
  const names = list.split(/[\s,]+/).filter((name) => name !== "")
  const unknown = names.filter((name) => !isScope(name))
  if (names.length === 0 || unknown.length > 0) {
    return yield* fail(`Unknown scopes: ${unknown.join(", ") || "none given"}. There are: ${scopes.join(", ")}`)
  }
  return names as ReadonlyArray<string> as ReadonlyArray<Scope>
})

/** A colon would end it where a client authenticates with a header. */
const idOf = (id: string) =>
  /^[^\s:]{1,80}$/.test(id)
    ? Effect.succeed(id)
    : fail("An id has 1 to 80 characters, none of which is a space or a colon.")

const secretOf = (secret: Option.Option<Redacted.Redacted>) =>
  Option.isSome(secret) && Redacted.value(secret.value) === ""
    ? fail("A secret cannot be empty; without --secret one is made.")
    : Effect.succeed(secret)

const treatUnspecified = Flag.Boolean("treat-unspecified").pipe(
  Flag.withDescription("As a worker: also take jobs that name no model or infrastructure")
)

/** Without its secret, which nobody knows. */
const shown = ({ secretHash: _, ...client }: Client, more: Record<string, unknown> = {}) => ({ ...client, ...more })

const line = ({ active, aiModel, id, infrastructure, scopes }: Client) =>
  [id, active ? "active" : "inactive", scopes.join(","), aiModel ?? "-", infrastructure ?? "-"].join("  ")

const create = Command.make(
  "create",
  {
    id: Flag.String("id").pipe(Flag.withDescription("By which it asks for tokens")),
    secret: Flag.Redacted("secret").pipe(Flag.withDescription("Else one is made and shown once"), Flag.optional),
    scopes: Flag.String("scopes").pipe(Flag.withDescription(`Of ${scopes.join(", ")}`)),
    treatUnspecified: Flag.withDefault(treatUnspecified, false),
    inactive: Flag.Boolean("inactive").pipe(Flag.withDescription("Cannot be used yet"), Flag.withDefault(false)),
    json,
    ...choices
  },
  Effect.fnUntraced(function*({ id, inactive, json, scopes, secret, treatUnspecified, ...chosen }) {
    yield* atDesk(Effect.gen(function*() {
      const kept = Option.getOrElse(yield* secretOf(secret), ClientSecret.generate)
      const made = yield* (yield* Clients).create(yield* idOf(id), kept, {
        ...yield* choicesOf(chosen),
        scopes: yield* scopesOf(scopes),
        treatUnspecified,
        active: !inactive
      })
      const webhookKey = (yield* Vault).webhookKey(made.id, made.generation)
      const told = Option.isSome(secret) ? {} : { secret: Redacted.value(kept) }
      yield* print(json, shown(made, { ...told, webhookKey }), [
        `The client ${id} has been created.`,
        ...(Option.isSome(secret) ? [] : [`Secret, shown this once: ${Redacted.value(kept)}`]),
        `Key by which it can check webhooks: ${webhookKey}`
      ])
    }))
  })
).pipe(
  Command.withDescription("Add a client or a worker"),
  Command.withExamples([
    {
      command: "aiguilleur stt clients create --id pod --scopes scope_default,scope_client",
      description: "A client; its secret is made and shown once"
    },
    {
      command:
        "aiguilleur stt clients create --id w1 --scopes scope_default,scope_transcription_worker --model whisper-large-v3",
      description: "A worker of one model"
    }
  ])
)

const list = Command.make(
  "list",
  { json },
  Effect.fnUntraced(function*({ json }) {
    yield* atDesk(Effect.gen(function*() {
      const all = yield* (yield* Clients).list
      yield* print(
        json,
        all.map((client) => shown(client)),
        all.length === 0 ? ["There is no client yet."] : all.map(line)
      )
    }))
  })
).pipe(
  Command.withDescription("List clients and workers"),
  Command.withExamples([
    { command: "aiguilleur stt clients list", description: "All of them" }
  ])
)

const edit = Command.make(
  "edit",
  {
    id: Argument.String("id").pipe(Argument.withDescription("The client's id")),
    secret: Flag.Redacted("secret").pipe(
      Flag.withDescription("A new one; it ends the tokens that are out"),
      Flag.optional
    ),
    scopes: text("scopes", "All of them, anew"),
    treatUnspecified: Flag.optional(treatUnspecified),
    active: Flag.Boolean("active").pipe(Flag.withDescription("Can be used, or with --no-active cannot"), Flag.optional),
    json,
    ...choices
  },
  Effect.fnUntraced(function*({ active, id, json, scopes, secret, treatUnspecified, ...chosen }) {
    yield* atDesk(Effect.gen(function*() {
      const edited = yield* (yield* Clients).edit(id, {
        ...yield* choicesOf(chosen),
        ...(Option.isSome(scopes) ? { scopes: yield* scopesOf(scopes.value) } : {}),
        ...(Option.isSome(treatUnspecified) ? { treatUnspecified: treatUnspecified.value } : {}),
        ...(Option.isSome(active) ? { active: active.value } : {})
      }, Option.getOrUndefined(yield* secretOf(secret)))
      const webhookKey = (yield* Vault).webhookKey(edited.id, edited.generation)
      yield* print(json, shown(edited, { webhookKey }), [line(edited)])
    }))
  })
).pipe(
  Command.withDescription("Change a client; an empty value takes one away"),
  Command.withExamples([
    { command: "aiguilleur stt clients edit pod --monthly-minutes 6000", description: "Limit what it may send" },
    { command: "aiguilleur stt clients edit w1 --model ''", description: "Take its model away" }
  ])
)

const disable = Command.make(
  "disable",
  { id: Argument.String("id").pipe(Argument.withDescription("The client's id")), json },
  Effect.fnUntraced(function*({ id, json }) {
    yield* atDesk(Effect.gen(function*() {
      const edited = yield* (yield* Clients).edit(id, { active: false })
      yield* print(json, shown(edited), [`The client ${id} is switched off, and so are its tokens.`])
    }))
  })
).pipe(
  Command.withDescription("Switch a client off, with its tokens"),
  Command.withExamples([
    { command: "aiguilleur stt clients disable pod", description: "Until: clients edit pod --active" }
  ])
)

export const clients = Command.make("clients").pipe(
  Command.withDescription("Clients and workers of the transcription service"),
  Command.withSubcommands([create, list, edit, disable])
)
