/** Writes into the database what a configuration file changed since it was last applied: all of it or nothing. */
import type { Organisation } from "@aiguilleur/core/Organisation"
import { AppliedConfiguration } from "@aiguilleur/store/AppliedConfiguration"
import type { DatabaseError } from "@aiguilleur/store/DatabaseError"
import type { Key } from "@aiguilleur/store/Key"
import { Keys } from "@aiguilleur/store/Keys"
import { Organisations } from "@aiguilleur/store/Organisations"
import { DuplicateName } from "@aiguilleur/store/StoreError"
import { transaction } from "@aiguilleur/store/Transaction"
import { Effect, Option, Schema } from "effect"
import * as Applied from "../config/Applied.ts"
import type { Config } from "../config/Config.ts"
import * as FileKeys from "./FileKeys.ts"

/** The file is well-formed, and what is in the database stands against it. */
export class FileConflict extends Schema.TaggedError<FileConflict>()("FileConflict", {
  /** Where in the file. */
  path: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `${this.path}: ${this.detail}`
  }
}

/** How many keys each kind of change touched. */
export interface Written {
  readonly added: number
  readonly changed: number
  readonly revoked: number
}

type Failure = { readonly _tag: string; readonly message: string }

/** Whatever the database has against a key is told with its place in the file. */
const at = (path: string) => <A, E extends Failure, R>(write: Effect.Effect<A, E | DatabaseError, R>) =>
  Effect.mapError(write, (error): FileConflict | DatabaseError =>
    error._tag === "DatabaseError"
      ? error as DatabaseError
      : new FileConflict({ path, detail: error.message }))

const digestOf = (secretHash: string) => Buffer.from(secretHash, "hex").toString("base64")

/** New in the file: a row of the same secret, revoked or not, becomes it. */
const add = Effect.fnUntraced(function*(key: FileKeys.FileKey) {
  const keys = yield* Keys
  const digest = digestOf(key.secretHash)
  const known = yield* keys.findByDigest(digest)
  if (Option.isNone(known)) return (yield* keys.add(FileKeys.choices(key), { digest, prefix: key.prefix })).id
  const { id, revokedAt } = known.value
  yield* keys.edit(id, FileKeys.choices(key))
  if (revokedAt === null) return id
  yield* Effect.catchTag(
    keys.reinstate(id),
    "DuplicateName",
    () => Effect.fail(new DuplicateName({ kind: "key", name: key.name }))
  )
  return id
})

/** As it was, with what commands changed, and with what the file changes. */
const overlaid = (row: Key, key: FileKeys.FileKey, changes: ReturnType<typeof FileKeys.changed>): FileKeys.FileKey => {
  const { expiresAt, ...rest } = { ...row, ...changes } as Key
  const { email, models, name, organisation, organisations, priority, routingMode, sites, threshold, waitEvents } = rest
  return {
    ...key,
    email,
    models,
    name,
    organisation,
    organisations,
    priority,
    routingMode,
    sites,
    threshold,
    waitEvents,
    expires: expiresAt === null ? null : expiresAt.epochMilliseconds
  }
}

const writeKeys = Effect.fnUntraced(function*(before: ReadonlyArray<Applied.AppliedKey>, config: Config) {
  const keys = yield* Keys
  const { added, gone, kept, rotated } = FileKeys.match(before, config.keys.map(FileKeys.fileKey))
  const rows = new Map((yield* keys.findAll(before.map(({ id }) => id))).map((row) => [row.id, row]))
  const applied: Array<Applied.AppliedKey> = []
  const written = { added: 0, changed: 0, revoked: 0 }

  // Names come free first.
  for (const { id, name } of [...gone, ...rotated.map(([key]) => key)]) {
    const row = rows.get(id)
    if (row === undefined || row.revokedAt !== null) continue
    yield* at(`keys (${name})`)(keys.revoke(id))
    written.revoked++
  }
  for (const [key, now] of kept) {
    const changes = FileKeys.changed(key, now)
    if (!rows.has(key.id)) {
      applied.push(FileKeys.applied(yield* at(now.path)(add(now)), now))
      written.added++
      continue
    }
    if (Object.keys(changes).length > 0) {
      yield* at(now.path)(keys.edit(key.id, changes))
      written.changed++
    }
    applied.push(FileKeys.applied(key.id, now))
  }
  for (const [key, now] of rotated) {
    const row = rows.get(key.id)
    const next = row === undefined ? now : overlaid(row, now, FileKeys.changed(key, now))
    applied.push(FileKeys.applied(yield* at(now.path)(add(next)), now))
    written.added++
  }
  for (const key of added) {
    applied.push(FileKeys.applied(yield* at(key.path)(add(key)), key))
    written.added++
  }
  return { applied, written: written satisfies Written }
})

const writeOrganisations = Effect.fnUntraced(function*(before: ReadonlyArray<Organisation>, config: Config) {
  const organisations = yield* Organisations
  const members = new Map((yield* organisations.list).map((member) => [member.name, member]))
  const last = new Map(before.map(({ name, weight }) => [name, weight]))
  for (const organisation of config.organisations) {
    const { name, weight } = organisation
    const path = `organisations (${name})`
    if (!members.has(name)) yield* at(path)(organisations.create(organisation, "file"))
    // One that the file only mentions weighs 1 there, and keeps the weight that a command gave it.
    else if (last.has(name) ? last.get(name) !== weight : weight !== 1) {
      yield* at(path)(organisations.edit(name, { weight }))
    }
  }
  return [...last.keys()].filter((name) => members.has(name) && !config.organisations.some((o) => o.name === name))
})

/** Those whose keys, be they revoked, must stay attributable remain. */
const removeOrganisations = (names: ReadonlyArray<string>) =>
  Effect.flatMap(
    Organisations,
    (organisations) =>
      Effect.forEach(names, (name) =>
        transaction(organisations.remove(name)).pipe(
          Effect.catchTags({ OrganisationInUse: () => Effect.void, UnknownOrganisation: () => Effect.void })
        ), { discard: true })
  )

/** Names that commands may refer to, beside what was written. */
const remembered = (config: Config, keys: ReadonlyArray<Applied.AppliedKey>): Applied.Applied => ({
  bestPriority: config.settings.bestPriority,
  models: config.models.map(({ aliases, name }) => ({ name, aliases })),
  sites: [...new Set(config.servers.map(({ site }) => site))],
  owners: [...new Set(config.servers.map(({ organisation }) => organisation))],
  organisations: config.organisations,
  keys
})

export const apply = Effect.fn("FileApplication.apply")(function*(config: Config) {
  return yield* transaction(Effect.gen(function*() {
    yield* (yield* AppliedConfiguration).lock
    const before = yield* Applied.read
    const left = yield* writeOrganisations(before.organisations, config)
    const { applied, written } = yield* writeKeys(before.keys, config)
    yield* removeOrganisations(left)
    yield* Applied.write(remembered(config, applied))
    return written
  }))
})
