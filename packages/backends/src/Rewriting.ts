/** What changes in a request for one server, whatever its kind: address, token, model name, and the members that are ours. */
import type { Outgoing, Rewrite } from "@aiguilleur/core/Backend"
import type { Model } from "@aiguilleur/core/Model"
import type { Server } from "@aiguilleur/core/Server"
import { target } from "./Address.ts"
import type { Endpoint } from "./Endpoint.ts"
import { endpointOf, moved } from "./Endpoint.ts"

/** What one kind of engine wants otherwise. */
export interface Manner {
  /** What it is told, in its own polarity; without one the member is removed. */
  readonly priority?: number | undefined
  /** Streams that tell their usage only to who asks with `stream_options`. */
  readonly usageOnRequest?: ReadonlyArray<Endpoint>
  /** Members that are for its owner to decide. */
  readonly withheld?: ReadonlyArray<string>
  /** Endpoints that it has under one path alone. */
  readonly paths?: Partial<Readonly<Record<Endpoint, string>>>
}

/** Elsewhere the usage is in the API's own events, and `stream_options` is unknown. */
const usual: ReadonlyArray<Endpoint> = ["chat", "completions"]

/**
 * **Gotchas**
 *
 * `fields.stream_options` is to be merged into the caller's own object, member by member (`continuous_usage_stats`,
 * `include_obfuscation` and whatever comes next are the caller's); it stands alone if the caller sent none or null.
 */
export const rewrite = (
  server: Server,
  model: Model,
  outgoing: Outgoing,
  { paths = {}, priority, usageOnRequest = usual, withheld = [] }: Manner = {}
): Rewrite => {
  const endpoint = endpointOf(outgoing.path)
  const path = endpoint === undefined ? undefined : paths[endpoint]
  const askUsage = outgoing.stream && !outgoing.includeUsage && endpoint !== undefined &&
    usageOnRequest.includes(endpoint)
  const fields: Record<string, unknown> = {
    model: model.engineName,
    priority,
    "routing-mode": undefined,
    routing_mode: undefined
  }
  for (const member of withheld) fields[member] = undefined
  if (askUsage) fields["stream_options"] = { include_usage: true }
  return {
    path: target(server.url, path === undefined ? outgoing.path : moved(outgoing.path, path)),
    token: server.token,
    fields,
    dropUsage: askUsage
  }
}
