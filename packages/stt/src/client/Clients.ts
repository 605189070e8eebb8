/** The clients, as the database keeps them; what a command changes here holds for the next request. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Context, Effect, Layer, Option, type Redacted, Schema } from "effect"
import { now } from "../Instant.ts"
import { texts } from "../Sql.ts"
import type { Choices, Client, Stamp } from "./Client.ts"
import * as ClientSecret from "./ClientSecret.ts"
import type { Scope } from "./Scope.ts"

export class DuplicateClient extends Schema.TaggedError<DuplicateClient>()("DuplicateClient", { id: Schema.String }) {
  override get message() {
    return `There is already a client ${this.id}. Change it with: aiguilleur stt clients edit ${this.id}`
  }
}

export class UnknownClient extends Schema.TaggedError<UnknownClient>()("UnknownClient", { id: Schema.String }) {
  override get message() {
    return `There is no client ${this.id}. List them with: aiguilleur stt clients list`
  }
}

export interface Pair {
  readonly aiModel: string | null
  readonly infrastructure: string | null
}

export class Clients extends Context.Service<Clients, {
  readonly find: (id: string) => Effect.Effect<Option.Option<Client>>
  readonly list: Effect.Effect<ReadonlyArray<Client>>
  readonly create: (
    id: string,
    secret: Redacted.Redacted,
    choices: Partial<Choices> & { readonly scopes: ReadonlyArray<Scope> }
  ) => Effect.Effect<Client, DuplicateClient>
  /** A new secret, like being switched off, ends the tokens that are out. */
  readonly edit: (
    id: string,
    choices: Partial<Choices>,
    secret?: Redacted.Redacted
  ) => Effect.Effect<Client, UnknownClient>
  readonly stamp: (id: string, ...stamps: ReadonlyArray<Stamp>) => Effect.Effect<void>
  /** What processing workers run, as pairs. */
  readonly pairs: Effect.Effect<ReadonlyArray<Pair>>
}>()("@aiguilleur/stt/Clients") {
  static readonly layer = Layer.effect(
    Clients,
    Effect.gen(function*() {
      const sql = yield* PgClient

      const values = ({ scopes, ...others }: Partial<Choices>): Record<string, unknown> => ({
        ...Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined)),
        ...(scopes === undefined ? {} : { scopes: texts(scopes) })
      })

      const create = Effect.fn("Clients.create")(function*(id, secret, choices) {
        const at = yield* now
        const row = {
          id,
          name: id,
          secretHash: yield* ClientSecret.hash(secret),
          ...values(choices),
          createdAt: at,
          updatedAt: at
        }
        const [made] = yield* sql<Client>`INSERT INTO stt_clients ${sql.insert(row)} RETURNING *`.pipe(
          Effect.catchTag(
            "SqlError",
            (error) =>
              error.reason._tag === "UniqueViolation" ? Effect.fail(new DuplicateClient({ id })) : Effect.die(error)
          )
        )
        return made!
      }) as Clients["Service"]["create"]

      const edit = Effect.fn("Clients.edit")(
        function*(id: string, choices: Partial<Choices>, secret?: Redacted.Redacted) {
          const at = yield* now
          const hash = secret === undefined ? undefined : yield* ClientSecret.hash(secret)
          const row = { ...values(choices), ...(hash === undefined ? {} : { secretHash: hash }), updatedAt: at }
          const raised = hash !== undefined || choices.active === false ? 1 : 0
          const [edited] = yield* Effect.orDie(
            sql<Client>`UPDATE stt_clients SET ${sql.update(row)}, generation = generation + ${raised}::int
            WHERE id = ${id} RETURNING *`
          )
          return edited ?? (yield* new UnknownClient({ id }))
        }
      )

      const stamp = Effect.fnUntraced(function*(id: string, ...stamps: ReadonlyArray<Stamp>) {
        const at = yield* now
        const row = Object.fromEntries(stamps.map((stamp) => [stamp, at]))
        // Skipped where another request stamps the same row: they differ by milliseconds.
        yield* Effect.orDie(
          sql`WITH free AS (SELECT id FROM stt_clients WHERE id = ${id} FOR UPDATE SKIP LOCKED)
            UPDATE stt_clients SET ${sql.update(row)} WHERE id IN (SELECT id FROM free)`
        )
      })

      return Clients.of({
        find: (id) =>
          sql<Client>`SELECT * FROM stt_clients WHERE id = ${id}`.pipe(
            Effect.map(([row]) => Option.fromUndefinedOr(row)),
            Effect.orDie
          ),
        list: Effect.orDie(sql<Client>`SELECT * FROM stt_clients ORDER BY id`),
        create,
        edit,
        stamp,
        pairs: Effect.orDie(
          sql<Pair>`SELECT DISTINCT ai_model, infrastructure FROM stt_clients
            WHERE 'scope_processing_worker' = ANY(scopes) AND active
              AND (ai_model IS NOT NULL OR infrastructure IS NOT NULL)
            ORDER BY ai_model, infrastructure`
        )
      })
    })
  )
}
