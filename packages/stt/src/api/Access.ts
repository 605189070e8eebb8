/** Which enrichment and version a client may see, and in which words it is told that it may not. */
import { Effect, Option } from "effect"
import type { Client } from "../client/Client.ts"
import type { Enrichment } from "../enrichment/Enrichment.ts"
import { Enrichments } from "../enrichment/Enrichments.ts"
import type { Version } from "../enrichment/Version.ts"
import { Versions } from "../enrichment/Versions.ts"
import { forbidden, missing, type Refusal } from "../Refusal.ts"

export const enrichmentOf = Effect.fnUntraced(function*(
  client: Client,
  id: string
): Effect.fn.Return<Enrichment, Refusal, Enrichments> {
  const found = Option.getOrUndefined(yield* (yield* Enrichments).find(id))
  if (found === undefined) return yield* missing("id", `No enrichment with ID '${id}' has been found`)
  if (found.deleted) return yield* missing("id", `The enrichment that you want to get '${id}' has been deleted`)
  if (found.clientId !== client.id) return yield* forbidden(null, `You are not allowed to access enrichment ${id}`)
  return found
})

export const versionOf = Effect.fnUntraced(function*(
  enrichment: Enrichment,
  id: string
): Effect.fn.Return<Version, Refusal, Versions> {
  const found = Option.getOrUndefined(yield* (yield* Versions).find(id))
  if (found === undefined || found.enrichmentId !== enrichment.id) {
    return yield* forbidden(
      "id",
      `The enrichment version ${id} has not been found or the enrichment id ${enrichment.id} in the url is incorrect`
    )
  }
  return found
})
