/** Usage as rows of the database: one for each request, on its way as soon as the request has ended. */
import { UsageBuffer } from "@aiguilleur/store/UsageBuffer"
import type { UsageRow } from "@aiguilleur/store/UsageRow"
import { Effect, Layer } from "effect"
import { type EndedRequest, UsageLog } from "./UsageLog.ts"

/** Longer names are nobody's, and a caller must not fill the table with them. */
const longest = 256

const endpointOf = (path: string): string => {
  const query = path.indexOf("?")
  return (query === -1 ? path : path.slice(0, query)).slice(0, longest)
}

export const rowOf = (request: EndedRequest): UsageRow => {
  const { attempts, key, model, ticket } = request
  const last = attempts.at(-1)
  const lease = last?.lease
  const estimated = last !== undefined && !last.reported &&
    (last.promptTokens ?? last.completionTokens ?? last.audioSeconds) !== undefined
  return {
    requestId: request.requestId,
    keyId: key.caller.key,
    keyName: key.name,
    organisation: key.caller.organisation,
    model: model?.name ?? request.asked.slice(0, longest),
    endpoint: endpointOf(request.path),
    server: lease?.server.url ?? null,
    serverOrganisation: lease?.server.organisation ?? null,
    site: lease?.server.site ?? null,
    stream: request.stream,
    arrivedAt: request.arrivedAt,
    // The dispatcher's clock is not the wall's: what it knows is how long this one waited.
    grantedAt: lease === undefined ? null : request.arrivedAt + lease.firstGrantedAt - lease.arrivedAt,
    firstByteAt: request.firstByteAt ?? null,
    finishedAt: request.finishedAt,
    promptTokens: last?.promptTokens ?? null,
    outputTokens: last?.completionTokens ?? null,
    audioSeconds: last?.audioSeconds ?? null,
    estimated,
    strategy: model?.strategy ?? null,
    policy: model?.policy ?? null,
    requeues: lease?.requeues ?? 0,
    attempts: attempts.length,
    priority: lease?.priority ?? (ticket === undefined
      ? null
      : Math.min(ticket.priority ?? ticket.caller.priority, ticket.caller.priority)),
    routingMode: lease?.routingMode ?? ticket?.routingMode ?? ticket?.caller.routingMode ?? null,
    ending: request.ending,
    reason: request.reason ?? null,
    status: request.status ?? null,
    leasesAtGrant: lease === undefined ? null : lease.leasesAtGrant + 1,
    score: lease?.ttftAtGrant ?? null
  }
}

export const layer = Layer.effect(
  UsageLog,
  Effect.map(UsageBuffer, (buffer) => ({
    offer: (request) => {
      buffer.offer(rowOf(request))
    }
  }))
)
