/** The members of the consortium, as the database keeps them. */
import { Organisation } from "@aiguilleur/core/Organisation"
import { PgClient } from "@effect/sql-pg/PgClient"
import { Context, DateTime, Effect, Layer, type Option, Schema, type Stream } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import * as SqlSchema from "effect/sql/SqlSchema"
import { type Change, changes } from "./Changes.ts"
import { Database } from "./Database.ts"
import { codeOf, type DatabaseError, refine } from "./DatabaseError.ts"
import { Source } from "./Key.ts"
import { DuplicateName, OrganisationInUse, UnknownOrganisation } from "./StoreError.ts"

export const Member = Schema.Struct({
  ...Organisation.fields,
  source: Source,
  createdAt: Schema.DateTimeUtcFromDate,
  updatedAt: Schema.DateTimeUtcFromDate
})
export interface Member extends Schema.Schema.Type<typeof Member> {}

export interface Edit {
  /** Its keys follow; usage that was recorded keeps the old name. */
  readonly name?: string
  readonly weight?: number
  readonly source?: Source
}

type With<A, E = never> = Effect.Effect<A, E | DatabaseError>

export class Organisations extends Context.Service<Organisations, {
  readonly list: With<ReadonlyArray<Member>>
  readonly get: (name: string) => With<Member, UnknownOrganisation>
  readonly create: (organisation: Organisation, source?: Source) => With<Member, DuplicateName>
  readonly edit: (name: string, edit: Edit) => With<Member, UnknownOrganisation | DuplicateName>
  readonly remove: (name: string) => With<void, UnknownOrganisation | OrganisationInUse>
  /** Ids are names. */
  readonly changes: Stream.Stream<Change>
}>()("@aiguilleur/store/Organisations") {
  static readonly layer = Layer.effect(
    Organisations,
    Effect.gen(function*() {
      const sql = yield* PgClient
      const { where } = yield* Database
      const typed = refine(where)

      const all = SqlSchema.findAll({
        Request: Schema.Void,
        Result: Member,
        execute: () => sql`SELECT * FROM organisations ORDER BY name`
      })
      const byName = SqlSchema.findOneOption({
        Request: Schema.String,
        Result: Member,
        execute: (name) => sql`SELECT * FROM organisations WHERE name = ${name}`
      })
      const insert = SqlSchema.findOne({
        Request: Schema.Struct(Member.fields),
        Result: Member,
        execute: (row) => sql`INSERT INTO organisations ${sql.insert(row)} RETURNING *`
      })
      const update = SqlSchema.findOneOption({
        Request: Schema.Struct({ name: Schema.String, values: Schema.Record(Schema.String, Schema.Unknown) }),
        Result: Member,
        execute: ({ name, values }) =>
          sql`UPDATE organisations SET ${sql.update(values)} WHERE name = ${name} RETURNING *`
      })

      const found = (name: string) => (row: Option.Option<Member>) =>
        Effect.mapError(Effect.fromOption(row), () => new UnknownOrganisation({ name }))
      const duplicate = (name: string) => (error: SqlError) =>
        Effect.fail(
          error.reason._tag === "UniqueViolation" ? new DuplicateName({ kind: "organisation", name }) : error
        )

      const create = Effect.fn("Organisations.create")(function*({ name, weight }: Organisation, source?: Source) {
        const now = yield* DateTime.now
        return yield* insert({ name, weight, source: source ?? "cli", createdAt: now, updatedAt: now }).pipe(
          Effect.catchTags({ SqlError: duplicate(name), NoSuchElementError: Effect.die }),
          typed
        )
      })

      const edit = Effect.fn("Organisations.edit")(function*(name: string, { name: other, weight, source }: Edit) {
        const values = {
          ...(other === undefined ? {} : { name: other }),
          ...(weight === undefined ? {} : { weight }),
          ...(source === undefined ? {} : { source }),
          updatedAt: DateTime.toDateUtc(yield* DateTime.now)
        }
        return yield* update({ name, values }).pipe(
          Effect.catchTag("SqlError", duplicate(other ?? name)),
          Effect.flatMap(found(name)),
          typed
        )
      })

      const remove = Effect.fn("Organisations.remove")(function*(name: string) {
        yield* sql`DELETE FROM organisations WHERE name = ${name} RETURNING name`.pipe(
          Effect.catchTag(
            "SqlError",
            (error) => Effect.fail(codeOf(error) === "23503" ? new OrganisationInUse({ name }) : error)
          ),
          Effect.filterOrFail((rows) => rows.length > 0, () => new UnknownOrganisation({ name })),
          typed
        )
      })

      return Organisations.of({
        list: typed(all()),
        get: (name) => byName(name).pipe(Effect.flatMap(found(name)), typed),
        create,
        edit,
        remove,
        changes: changes(sql, "aiguilleur_organisations")
      })
    })
  )
}
