/** Which of a model's servers a key may use, whether or not they can be had now. */
import type { Caller } from "@aiguilleur/core/Caller"
import type { Model } from "@aiguilleur/core/Model"
import type { ServerSnapshot, Snapshot } from "@aiguilleur/core/Snapshot"

const mayUse = (caller: Caller, server: ServerSnapshot): boolean =>
  (caller.sites === undefined || caller.sites.includes(server.site)) &&
  (caller.organisations === undefined || caller.organisations.includes(server.organisation)) &&
  (caller.routingMode !== "private-only" || caller.organisation === server.organisation)

/** None for a model that the key may not name. */
export const usable = (model: Model, caller: Caller, { servers }: Snapshot): ReadonlyArray<ServerSnapshot> =>
  caller.models !== undefined && !caller.models.includes(model.name)
    ? []
    : servers.filter((server) => model.servers.includes(server.url) && mayUse(caller, server))
