/** What the dispatcher is asked for a request whose body is complete. */
import { serves, unserved } from "@aiguilleur/backends/Backends"
import type { ServerKind } from "@aiguilleur/core/Server"
import type { Ticket } from "@aiguilleur/core/Ticket"
import type { Catalogue } from "./Catalogue.ts"
import type { KeyEntry } from "./Keys.ts"
import type { OpenAiError } from "./OpenAiError.ts"
import { malformed, notAllowed, notServed, unknownModel } from "./OpenAiError.ts"
import type { Passage } from "./Passage.ts"
import { type Wishes, wishesOf } from "./RequestHead.ts"
import { workOf } from "./Workload.ts"

/** To Ollama's clients a name without a tag and one with this tag are the same. */
const untagged = ({ path }: Passage, name: string): string =>
  path.startsWith("/api/") ? name.replace(/:latest$/, "") : name

const missingModel = malformed(
  "The body names no model. Add a field `model`; GET /v1/models lists what you may use.",
  "model"
)

const ticketOf = (
  passage: Passage,
  model: string,
  { caller }: KeyEntry,
  kinds: ReadonlyArray<ServerKind> | undefined,
  wishes: Wishes
): Ticket => {
  const ticket: { -readonly [Name in keyof Ticket]: Ticket[Name] } = {
    id: passage.ticket,
    model,
    caller,
    work: workOf(passage)
  }
  const { requestId } = passage.downstream
  if (requestId !== passage.ticket) ticket.requestId = requestId
  if (kinds !== undefined) ticket.kinds = kinds
  if (wishes.priority !== undefined) ticket.priority = Math.max(0, wishes.priority)
  if (wishes.routingMode !== undefined) ticket.routingMode = wishes.routingMode
  if (wishes.maxWait !== undefined) ticket.maxWait = wishes.maxWait
  return ticket
}

/** Leaves with the passage what the dispatcher is asked, and gives what else its caller wishes; or why not. */
export const ask = (
  catalogue: Catalogue["Service"],
  passage: Passage,
  entry: KeyEntry
): Wishes | OpenAiError => {
  const { scanned } = passage.body!
  if (scanned.model === undefined) return missingModel
  const model = catalogue.findUnsafe(scanned.model) ?? catalogue.findUnsafe(untagged(passage, scanned.model))
  passage.entry = entry
  passage.model = model
  if (model === undefined) return unknownModel(scanned.model)
  const allowed = entry.caller.models
  if (allowed !== undefined && !allowed.includes(model.name)) return notAllowed(scanned.model)
  const wishes = wishesOf(passage.headers, scanned)
  if ("status" in wishes) return wishes
  const kinds = catalogue.kindsUnsafe(model)
  const able = kinds.every((kind) => serves(kind, passage.path))
    ? undefined
    : kinds.filter((kind) => serves(kind, passage.path))
  const none = able?.length === 0 ? unserved(kinds, passage.path) : undefined
  if (none !== undefined) return notServed(none)
  passage.request = ticketOf(passage, model.name, entry, able, wishes)
  return wishes
}
