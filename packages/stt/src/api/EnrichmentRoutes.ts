/** What a client reads and removes of its enrichments. */
import { Effect } from "effect"
import { Clients } from "../client/Clients.ts"
import { Enrichments } from "../enrichment/Enrichments.ts"
import { Removal } from "../enrichment/Removal.ts"
import * as View from "../enrichment/View.ts"
import { enrichmentOf } from "./Access.ts"
import * as Authorization from "./Authorization.ts"
import { json, ok } from "./Envelope.ts"
import * as Inputs from "./Inputs.ts"

export const list = Effect.gen(function*() {
  const client = yield* Authorization.holding("scope_client")
  const query = yield* Inputs.query
  const page = yield* Inputs.page(query, ["status", "createdAt", "updatedAt"], 50)
  const withStatus = yield* Inputs.flag(query, "withStatus", false)
  const user = query.get("endUserIdentifier") || undefined
  const enrichments = yield* Enrichments
  const { rows, total } = yield* enrichments.list(client.id, user, page)
  if (!withStatus) return json(Inputs.pageOf(rows.map(View.enrichment), total, page))
  const positions = yield* enrichments.positions(rows)
  const content = rows.map((row) => View.enrichmentWithStatus(row, positions.get(row.id) ?? null))
  return json(Inputs.pageOf(content, total, page))
})

export const combinations = Effect.gen(function*() {
  const client = yield* Authorization.holding("scope_client")
  const pairs = yield* (yield* Clients).pairs
  return json(
    pairs.filter(({ aiModel, infrastructure }) =>
      (client.enrichmentModel === null || client.enrichmentModel === aiModel)
      && (client.enrichmentInfrastructure === null || client.enrichmentInfrastructure === infrastructure)
    )
  )
})

export const get = Effect.gen(function*() {
  const client = yield* Authorization.holding("scope_client")
  const [id] = yield* Inputs.ids("id")
  const enrichment = yield* enrichmentOf(client, id)
  const positions = yield* (yield* Enrichments).positions([enrichment])
  return json(View.enrichmentWithStatus(enrichment, positions.get(id) ?? null))
})

export const remove = Effect.gen(function*() {
  const client = yield* Authorization.holding("scope_client", "delete")
  const [id] = yield* Inputs.ids("id")
  yield* enrichmentOf(client, id)
  yield* Effect.orDie((yield* Removal).remove(id))
  return ok()
})
