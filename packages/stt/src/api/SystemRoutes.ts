/** Home, health, and the sink that a demonstration may be told things at. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Effect, Schema } from "effect"
import * as Request from "../enrichment/Request.ts"
import { isId } from "../Identifier.ts"
import { invalid } from "../Refusal.ts"
import * as Authorization from "./Authorization.ts"
import * as Body from "./Body.ts"
import { json, ok } from "./Envelope.ts"

/** The one success that is not a 200. */
export const home = Effect.map(Authorization.anyone, () => json({ status: "OK" }, { status: 202 }))

/** Always a 200, also when the database is down. */
export const health = Effect.gen(function*() {
  const sql = yield* PgClient
  const dbConnectionStatus = yield* Effect.isSuccess(Effect.timeout(sql`SELECT 1`, 3000))
  return json({ kernelStatus: true, dbConnectionStatus })
})

const decode = Request.decode(Schema.Struct({ id: Schema.String, status: Schema.String }))

export const sink = Effect.gen(function*() {
  const { values } = yield* Body.read({ ...Body.anybody, lenient: true })
  const { id } = yield* Effect.fromResult(decode(values)).pipe(
    Effect.mapError(({ errors }) => invalid(errors[0]!.path, errors[0]!.message))
  )
  if (!isId(id)) return yield* invalid("id", "'id' is not a valid UUID")
  return ok()
})
