/** The limits as they are now: read when they are needed, so that a change holds at once. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Context, Effect, Layer } from "effect"
import { now } from "../Instant.ts"
import { names, type ParameterName, parameters, type Values } from "./Parameter.ts"

export class Parameters extends Context.Service<Parameters, {
  readonly all: Effect.Effect<Values>
  readonly set: (name: ParameterName, value: number) => Effect.Effect<void>
}>()("@aiguilleur/stt/Parameters") {
  static readonly layer = Layer.effect(
    Parameters,
    Effect.gen(function*() {
      const sql = yield* PgClient
      return Parameters.of({
        all: sql<{ name: ParameterName; value: string }>`SELECT name, value FROM stt_parameters`.pipe(
          Effect.map((rows) => {
            const changed = new Map(rows.map(({ name, value }) => [name, Number(value)]))
            return Object.fromEntries(
              names.map((name) => [name, changed.get(name) ?? parameters[name].value])
            ) as Values
          }),
          Effect.orDie
        ),
        set: Effect.fn("Parameters.set")(function*(name, value) {
          const at = yield* now
          yield* Effect.orDie(
            sql`INSERT INTO stt_parameters (name, value, updated_at) VALUES (${name}, ${String(value)}, ${at})
              ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`
          )
        })
      })
    })
  )
}
