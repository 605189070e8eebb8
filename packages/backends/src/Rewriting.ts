/** What changes in a request for one server, whatever its kind: address, token, model name, and the members that are ours. */
import type { Outgoing, Rewrite } from "@aiguilleur/core/Backend"
import type { Model } from "@aiguilleur/core/Model"
import type { Server } from "@aiguilleur/core/Server"
import { target } from "./Address.ts"

/** Elsewhere the usage is in the API's own events, and `stream_options` is unknown. */
const usageOnRequest = /^\/v1\/(?:chat\/)?completions\/?(?:\?|$)/

/**
 * `priority` is what the engine is told in its own polarity; `undefined` removes the member.
 *
 * **Gotchas**
 *
 * `fields.stream_options` is to be merged into the caller's own object, member by member (`continuous_usage_stats`,
 * `include_obfuscation` and whatever comes next are the caller's); it stands alone if the caller sent none or null.
 */
export const rewrite = (server: Server, model: Model, outgoing: Outgoing, priority: number | undefined): Rewrite => {
  const askUsage = outgoing.stream && !outgoing.includeUsage && usageOnRequest.test(outgoing.path)
  const fields = {
    model: model.engineName,
    priority,
    "routing-mode": undefined,
    routing_mode: undefined
  }
  return {
    path: target(server.url, outgoing.path),
    token: server.token,
    fields: askUsage ? { ...fields, stream_options: { include_usage: true } } : fields,
    dropUsage: askUsage
  }
}
