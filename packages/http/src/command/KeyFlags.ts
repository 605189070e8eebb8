/** The choices of a key as flags, alike for `keys create` and `keys edit`, and what they are checked against. */
import { RoutingMode } from "@aiguilleur/core/Caller"
import { type Choices, Rights } from "@aiguilleur/store/Key"
import { DateTime, Effect, Option } from "effect"
import { Flag } from "effect/cli"
import type { Applied } from "../config/Applied.ts"
import { hint } from "../config/Suggestion.ts"
import { Rejected } from "./Refusal.ts"

/** The largest integer of a database column. */
const largest = 2_147_483_647

const whole = (text: string): number | undefined =>
  /^\d{1,10}$/.test(text) && Number(text) <= largest ? Number(text) : undefined

const list = (text: string): ReadonlyArray<string> => [
  ...new Set(text.split(",").map((name) => name.trim()).filter((name) => name !== ""))
]

const instant = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/

/** A day is its first instant in UTC. */
export const dateOf = (text: string): DateTime.Utc | undefined => {
  if (!instant.test(text)) return undefined
  const at = Option.getOrUndefined(DateTime.make(text))
  // 30 February would become a day in March.
  if (at === undefined) return undefined
  const midnight = Option.getOrUndefined(DateTime.make(`${text.slice(0, 10)}T00:00:00Z`))
  return midnight !== undefined && DateTime.formatIso(midnight).startsWith(text.slice(0, 10))
    ? DateTime.toUtc(at)
    : undefined
}

/** A flag with a word that takes the limit away. */
const orWord = <A>(
  name: string,
  metavar: string,
  word: string,
  read: (text: string) => A | undefined,
  expected: string
) =>
  Flag.String(name).pipe(
    Flag.withMetavar(metavar),
    Flag.filterMap(
      (text): Option.Option<A | null> => text === word ? Option.some(null) : Option.fromUndefinedOr(read(text)),
      (text) => `Expected ${expected}, found "${text}"`
    )
  )

const names = (name: string, what: string) =>
  orWord(name, "NAMES", "all", list, "names").pipe(
    Flag.withDescription(`${what}, separated by commas, or all`),
    Flag.optional
  )

export const text = (name: string) =>
  Flag.String(name).pipe(Flag.filter((value) => value.trim() !== "", () => `--${name} must not be empty`))

export const json = Flag.Boolean("json").pipe(Flag.withDescription("Print JSON"), Flag.withDefault(false))

export const priority = Flag.Int("priority").pipe(
  Flag.filter((value) => value >= 0, (value) => `Expected a priority from 0, found ${value}`)
)

export const routingMode = Flag.Literals("routing-mode", RoutingMode.literals)

/** What both commands take. */
export const choices = {
  email: orWord("email", "ADDRESS", "none", (text) => text.includes("@") ? text : undefined, "an e-mail address")
    .pipe(Flag.withDescription("Whom to ask about it, or none"), Flag.optional),
  priority: priority.pipe(
    Flag.withDescription(
      "How urgent, from 0 to queue.bestPriority (5 unless configured); higher is sooner, new keys have 1"
    ),
    Flag.optional
  ),
  threshold: orWord("threshold", "N", "none", whole, "a whole number, or none").pipe(
    Flag.withDescription("Refuse (429) a request when so many wait for its model already, or none"),
    Flag.optional
  ),
  routingMode: routingMode.pipe(
    Flag.withDescription("Where its requests go when they do not say themselves; new keys have any"),
    Flag.optional
  ),
  models: names("models", "Models that it may use"),
  sites: names("sites", "Sites whose servers it may use"),
  organisations: names("servers-of", "Organisations whose servers it may use"),
  waitEvents: Flag.Boolean("wait-events").pipe(
    Flag.withDescription("Tell streams that wait where they stand, without being asked; --no-wait-events: when asked"),
    Flag.optional
  ),
  rights: Flag.Literals("rights", Rights.literals).pipe(
    Flag.withDescription("What it may see and do on the service's own pages; new keys have none"),
    Flag.optional
  ),
  expiresAt: orWord(
    "expires",
    "DATE",
    "never",
    dateOf,
    "a day like 2027-06-30 (UTC), an instant with its zone, or never"
  )
    .pipe(
      Flag.withDescription(
        "From when on it is refused: a day like 2027-06-30 (UTC), an instant with its zone, or never"
      ),
      Flag.optional
    )
}

type Flagged = { readonly [K in keyof typeof choices]: Option.Option<unknown> }

/** Of the flags, those that were given. */
export const given = (flags: Flagged): Partial<Choices> =>
  Object.fromEntries(
    Object.keys(choices).flatMap((name) => {
      const value = flags[name as keyof Flagged]
      return Option.isSome(value) ? [[name, value.value]] : []
    })
  )

const known = (kind: string, wanted: ReadonlyArray<string>, names: ReadonlyArray<string>) => {
  const missing = wanted.find((name) => !names.includes(name))
  if (missing === undefined) return Effect.void
  const message = `There is no ${kind} named ${missing}${hint(missing, names)}`
  return Effect.fail(new Rejected({ message: message.endsWith("?") ? message : `${message}.` }))
}

/**
 * Against what the configuration last applied says; names are checked once there is one, and aliases become the names
 * of their models.
 */
export const check = Effect.fnUntraced(function*(wanted: Partial<Choices>, applied: Applied) {
  const { bestPriority } = applied
  if (wanted.priority !== undefined && wanted.priority > bestPriority) {
    return yield* new Rejected({
      message: `The priority ${wanted.priority} is above the best one, ${bestPriority} (queue.bestPriority).`
    })
  }
  if (applied.models.length === 0) return wanted
  const publicNames = new Map(applied.models.flatMap(({ aliases, name }) => [
    [name, name] as const,
    ...aliases.map((alias) => [alias, name] as const)
  ]))
  yield* known("model", wanted.models ?? [], [...publicNames.keys()])
  yield* known("site", wanted.sites ?? [], applied.sites)
  yield* known("server of an organisation", wanted.organisations ?? [], applied.owners)
  if (wanted.models === undefined || wanted.models === null) return wanted
  return { ...wanted, models: [...new Set(wanted.models.map((name) => publicNames.get(name)!))] }
})

/** A day or an instant. */
export const date = (name: string) =>
  Flag.String(name).pipe(
    Flag.withMetavar("DATE"),
    Flag.filterMap(
      (text) => Option.fromUndefinedOr(dateOf(text)),
      (text) => `Expected a day like 2026-11-01 (UTC) or an instant with its zone, found "${text}"`
    )
  )
