/** Keys that exist from the start: their secrets become hashes here, and what they may use must exist. */
import type { Model } from "@aiguilleur/core/Model"
import type { Server } from "@aiguilleur/core/Server"
import { prefix } from "@aiguilleur/store/KeySecret"
import { Redacted } from "effect"
import { createHash } from "node:crypto"
import type { ConfiguredKey } from "./Config.ts"
import type { ConfigFile } from "./ConfigFile.ts"
import type { Path, Report } from "./Report.ts"
import { hint } from "./Suggestion.ts"

type FileKey = NonNullable<ConfigFile["keys"][number]>

/** What keys may refer to; a section that is not complete is not held against them. */
export interface Known {
  readonly models: ReadonlyArray<Model>
  readonly servers: ReadonlyArray<Server>
  readonly organisations: ReadonlySet<string>
  readonly incomplete: ReadonlySet<string>
  readonly bestPriority: number
  readonly now: number
}

/** Shorter ones can be guessed. */
const shortest = 16

/** SHA-256 in lower-case hexadecimal: what is kept of a key. */
const hashOf = (secret: string) => createHash("sha256").update(secret).digest("hex")

export const keys = (file: ConfigFile, known: Known, report: Report): Array<ConfiguredKey> => {
  const names = new Map<string, Path>()
  const hashes = new Map<string, Path>()
  const once = (taken: Map<string, Path>, value: string, path: Path, what: string) => {
    const first = taken.get(value)
    if (first === undefined) taken.set(value, path)
    else report.error(path, `${what} as ${report.refer(first)}`)
  }
  return file.keys.flatMap((key, k) => {
    if (key === null) return []
    const path = ["keys", k]
    const secret = Redacted.value(key.secret)
    const secretHash = hashOf(secret)
    once(names, key.name, [...path, "name"], "the same name")
    once(hashes, secretHash, [...path, "secret"], "the same secret")
    if (secret.length < shortest) {
      report.warn([...path, "secret"], `shorter than ${shortest} characters; a longer one is harder to guess`)
    }
    return [configuredKey(key, { secretHash, prefix: prefix(secret) }, path, known, report)]
  })
}

const configuredKey = (
  key: FileKey,
  secret: Pick<ConfiguredKey, "secretHash" | "prefix">,
  path: Path,
  known: Known,
  report: Report
): ConfiguredKey => {
  const { bestPriority, now } = known
  if (key.priority !== undefined && key.priority > bestPriority) {
    const expected = `at most queue.bestPriority (${bestPriority})`
    const found = String(key.priority)
    report.error([...path, "priority"], `expected ${expected}, found ${found}`, { expected, found })
  }
  if (key.expires !== undefined && key.expires <= now) report.warn([...path, "expires"], `${key.name} has expired`)
  const isComplete = !["models", "models.servers", "organisations"].some((section) => known.incomplete.has(section))
  const refer = (field: "models" | "sites" | "organisations", names: ReadonlySet<string>) => {
    const wanted = key[field]
    if (wanted?.length === 0) report.warn([...path, field], "an empty list allows nothing; leave it out to allow all")
    if (!isComplete) return
    wanted?.forEach((name, index) => {
      if (names.has(name)) return
      report.error([...path, field, index], `no such ${field.slice(0, -1)}: "${name}"${hint(name, [...names])}`)
    })
  }
  const publicNames = new Map(known.models.flatMap(({ aliases, name }) => [name, ...aliases].map((a) => [a, name])))
  refer("models", new Set(publicNames.keys()))
  refer("sites", new Set(known.servers.map(({ site }) => site)))
  refer("organisations", known.organisations)
  const ownsNothing = !known.servers.some(({ organisation }) => organisation === key.organisation)
  if (key.routingMode === "private-only" && ownsNothing && isComplete) {
    report.warn([...path, "routingMode"], `private-only, but ${key.organisation} owns no server`)
  }
  return {
    name: key.name,
    ...(key.email === undefined ? {} : { email: key.email }),
    ...secret,
    caller: {
      key: `key:${key.name}`,
      organisation: key.organisation,
      priority: Math.min(key.priority ?? 1, bestPriority),
      ...(key.threshold === undefined ? {} : { threshold: key.threshold }),
      routingMode: key.routingMode,
      ...(key.models === undefined ? {} : { models: [...new Set(key.models.map((m) => publicNames.get(m) ?? m))] }),
      ...(key.sites === undefined ? {} : { sites: key.sites }),
      ...(key.organisations === undefined ? {} : { organisations: key.organisations })
    },
    ...(key.expires === undefined ? {} : { expires: key.expires }),
    waitEvents: key.waitEvents,
    rights: key.rights
  }
}
