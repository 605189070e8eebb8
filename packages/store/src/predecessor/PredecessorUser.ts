/** A row of the predecessor's `users` table, and the key that it becomes. */
import type { RoutingMode } from "@aiguilleur/core/Caller"
import { RoutingMode as Mode } from "@aiguilleur/core/Caller"
import { Effect, Redacted, Schema } from "effect"
import type { Choices } from "../Key.ts"

const Text = Schema.optionalKey(Schema.NullOr(Schema.String))

/** Columns that came with its later versions may be missing. */
export const PredecessorUser = Schema.Struct({
  token: Schema.RedactedFromValue(Schema.String),
  name: Schema.String,
  organization: Text,
  email: Text,
  priority: Schema.Int,
  threshold: Schema.optionalKey(Schema.NullOr(Schema.Int)),
  client_type: Text,
  default_routing_mode: Mode.pipe(Schema.withDecodingDefaultKey(Effect.succeed("any" as const)))
})
export interface PredecessorUser extends Schema.Schema.Type<typeof PredecessorUser> {}

export const decode = Schema.decodeUnknownEffect(PredecessorUser)

export interface Converted {
  readonly choices: Choices & { readonly priority: number; readonly routingMode: RoutingMode }
  readonly secret: Redacted.Redacted
  /** What is not as it was, in words. */
  readonly notes: ReadonlyArray<string>
}

const present = (text: string | null | undefined): string | undefined =>
  text === null || text === undefined || text.trim() === "" ? undefined : text.trim()

/** What can travel in an Authorization header. */
const sendable = /^[\x21-\x7e]{1,512}$/

/** A sentence if no request can have come with this user's token. */
export const problem = (user: PredecessorUser): string | undefined => {
  if (user.name.trim() === "") return "has no name"
  if (!sendable.test(Redacted.value(user.token))) return "has a token that no header can carry"
  return user.priority < 0 ? `has the priority ${user.priority}` : undefined
}

/** `fallback` owns the keys of users without an organisation. */
export const convert = (
  user: PredecessorUser,
  bestPriority: number,
  fallback: string | undefined
): Converted | undefined => {
  const organisation = present(user.organization) ?? fallback
  if (organisation === undefined) return undefined
  const priority = Math.min(user.priority, bestPriority)
  return {
    choices: {
      name: user.name.trim(),
      organisation,
      email: present(user.email) ?? null,
      priority,
      // It refused when more than so many waited, and took "none" for 0; we refuse when so many wait.
      threshold: Math.max(0, user.threshold ?? 0) + 1,
      routingMode: user.default_routing_mode,
      source: "import"
    },
    secret: user.token,
    notes: [
      ...(priority === user.priority ? [] : [`priority ${user.priority} becomes ${priority}, the best one`]),
      ...(present(user.client_type) === "chat" ? ["gets 429 and 504 where a chat client got 200 with an error"] : [])
    ]
  }
}
