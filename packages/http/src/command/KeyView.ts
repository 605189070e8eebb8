/** A key as commands show it: never its hash, and its secret only where it was just made. */
import type { Key } from "@aiguilleur/store/Key"
import { standing } from "@aiguilleur/store/Key"
import { DateTime } from "effect"
import { table } from "./Table.ts"

const instant = (at: DateTime.Utc | null): string | null => at === null ? null : DateTime.formatIso(at)

/** For programs: names and values stay as they are from one version to the next. */
export const json = (key: Key, now: number) => ({
  ...key,
  state: standing(key, now),
  expiresAt: instant(key.expiresAt),
  revokedAt: instant(key.revokedAt),
  lastUsedAt: instant(key.lastUsedAt),
  createdAt: instant(key.createdAt),
  updatedAt: instant(key.updatedAt)
})

const minute = (at: DateTime.Utc | null): string => at === null ? "never" : instant(at)!.slice(0, 16).replace("T", " ")

const head = ["NAME", "ORGANISATION", "PRIORITY", "ROUTING", "E-MAIL", "BEGINS WITH", "LAST USED (UTC)", "STATE", "ID"]

export const list = (keys: ReadonlyArray<Key>, now: number): string =>
  table(
    head,
    keys.map((key) => [
      key.name,
      key.organisation,
      String(key.priority),
      key.routingMode,
      key.email ?? "",
      key.prefix,
      minute(key.lastUsedAt),
      standing(key, now),
      key.id
    ])
  )

const names = (allowed: ReadonlyArray<string> | null): string =>
  allowed === null ? "all" : allowed.length === 0 ? "none" : allowed.join(", ")

/** One key in full. */
export const lines = (key: Key, now: number): string =>
  [
    `  organisation   ${key.organisation}`,
    `  e-mail         ${key.email ?? "none"}`,
    `  priority       ${key.priority}`,
    `  threshold      ${key.threshold ?? "none"}`,
    `  routing mode   ${key.routingMode}`,
    `  models         ${names(key.models)}`,
    `  sites          ${names(key.sites)}`,
    `  organisations  ${names(key.organisations)}`,
    `  wait events    ${key.waitEvents ? "always" : "when asked for"}`,
    `  rights         ${key.rights}`,
    `  expires        ${key.expiresAt === null ? "never" : instant(key.expiresAt)}`,
    `  state          ${standing(key, now)}`,
    `  id             ${key.id}`
  ].join("\n")
