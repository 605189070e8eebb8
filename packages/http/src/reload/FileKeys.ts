/** Which key of a configuration file is which key of the one before, and what about it was changed there. */
import type { Choices } from "@aiguilleur/store/Key"
import { DateTime, Equal } from "effect"
import type { AppliedKey } from "../config/Applied.ts"
import type { ConfiguredKey } from "../config/Config.ts"

/** A key as the file has it, in the database's terms; not yet, or no more, bound to a row. */
export interface FileKey extends Omit<AppliedKey, "id"> {
  readonly prefix: string
  /** Where it stands in the file. */
  readonly path: string
}

export const fileKey = (key: ConfiguredKey, index: number): FileKey => {
  const { models, organisation, organisations, priority, routingMode, sites, threshold } = key.caller
  return {
    path: `keys[${index}]`,
    name: key.name,
    organisation,
    email: key.email ?? null,
    priority,
    threshold: threshold ?? null,
    routingMode,
    models: models ?? null,
    sites: sites ?? null,
    organisations: organisations ?? null,
    waitEvents: key.waitEvents,
    rights: key.rights ?? "none",
    expires: key.expires ?? null,
    secretHash: key.secretHash,
    prefix: key.prefix
  }
}

/** What is kept of a key once it is in the database. */
export const applied = (id: string, { path: _, prefix: __, ...key }: FileKey): AppliedKey => ({ id, ...key })

type Field = Exclude<keyof AppliedKey, "id" | "secretHash">

const fields: ReadonlyArray<Field> = [
  "name",
  "organisation",
  "email",
  "priority",
  "threshold",
  "routingMode",
  "models",
  "sites",
  "organisations",
  "waitEvents",
  "rights",
  "expires"
]

const pick = (key: FileKey, names: ReadonlyArray<Field>): Partial<Choices> =>
  Object.fromEntries(names.map((name) => {
    if (name !== "expires") return [name, key[name]]
    return ["expiresAt", key.expires === null ? null : DateTime.makeUnsafe(key.expires)]
  }))

/** All of it. */
export const choices = (key: FileKey): Choices => ({
  ...pick(key, fields),
  name: key.name,
  organisation: key.organisation,
  source: "file"
})

/** What the file changed, and nothing that a command changed. */
export const changed = (before: AppliedKey, key: FileKey): Partial<Choices> =>
  pick(key, fields.filter((name) => !Equal.equals(before[name], key[name])))

export interface Matches {
  /** The same secret, under whatever name. */
  readonly kept: ReadonlyArray<readonly [before: AppliedKey, key: FileKey]>
  /** The same name with another secret. */
  readonly rotated: ReadonlyArray<readonly [before: AppliedKey, key: FileKey]>
  readonly added: ReadonlyArray<FileKey>
  readonly gone: ReadonlyArray<AppliedKey>
}

/** By secret first: it is what holders have; a name is what people call it. */
export const match = (before: ReadonlyArray<AppliedKey>, now: ReadonlyArray<FileKey>): Matches => {
  const bySecret = new Map(before.map((key) => [key.secretHash, key]))
  const kept: Array<readonly [AppliedKey, FileKey]> = []
  const rotated: Array<readonly [AppliedKey, FileKey]> = []
  const added: Array<FileKey> = []
  const left = new Set(before)
  const strangers: Array<FileKey> = []
  for (const key of now) {
    const same = bySecret.get(key.secretHash)
    if (same === undefined) strangers.push(key)
    else {
      kept.push([same, key])
      left.delete(same)
    }
  }
  for (const key of strangers) {
    const namesake = [...left].find(({ name }) => name === key.name)
    if (namesake === undefined) added.push(key)
    else {
      rotated.push([namesake, key])
      left.delete(namesake)
    }
  }
  return { kept, rotated, added, gone: [...left] }
}
