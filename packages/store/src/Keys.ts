/** API keys: made with a secret that is shown once, found by its hash, listed, edited, revoked. */
import { PgClient } from "@effect/sql-pg/PgClient"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { Context, DateTime, Effect, Layer, Option, Redacted, Result, type Stream } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import { randomUUID } from "node:crypto"
import { type Change, changes } from "./Changes.ts"
import { Database } from "./Database.ts"
import { codeOf, type DatabaseError, refine } from "./DatabaseError.ts"
import type { Choices, Key } from "./Key.ts"
import * as KeyQueries from "./KeyQueries.ts"
import * as KeySecret from "./KeySecret.ts"
import { AmbiguousKey, DuplicateName, DuplicateSecret, UnknownKey, UnknownOrganisation } from "./StoreError.ts"

export interface Created {
  readonly key: Key
  /** Not kept anywhere: this is the only time that it is seen. */
  readonly secret: Redacted.Redacted
}

/** A secret of which only what is kept is at hand, as in a configuration that was read. */
export interface Hashed {
  /** `KeySecret.digest` of it. */
  readonly digest: string
  /** `KeySecret.prefix` of it. */
  readonly prefix: string
}

export type Edit = Partial<Choices>

type With<A, E = never> = Effect.Effect<A, E | DatabaseError>

const isId = (reference: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(reference)

// An empty list is a list of nothing, so it needs its type; undefined means "not mentioned".
const encoded = (values: Edit): Record<string, unknown> => {
  const entries: Array<[string, unknown]> = []
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue
    if (Array.isArray(value)) entries.push([name, Result.getOrThrow(PgTypes.array(value, PgTypes.OID.text))])
    else entries.push([name, DateTime.isDateTime(value) ? DateTime.toDateUtc(value) : value])
  }
  return Object.fromEntries(entries)
}

const make = Effect.gen(function*() {
  const sql = yield* PgClient
  const { where } = yield* Database
  const typed = refine(where)
  const { byHash, byIds, byName, filtered, insert, update, end, resume } = KeyQueries.make(sql)

  const violation = (error: SqlError, name: string, organisation: string) => {
    if (error.reason._tag === "UniqueViolation") {
      return error.reason.constraint === "keys_hash"
        ? new DuplicateSecret({ name })
        : new DuplicateName({ kind: "key", name })
    }
    return codeOf(error) === "23503" ? new UnknownOrganisation({ name: organisation }) : error
  }
  const known = (reference: string) => (key: Option.Option<Key>) =>
    Effect.mapError(Effect.fromOption(key), () => new UnknownKey({ reference }))

  const add = Effect.fn("Keys.add")(function*(choices: Choices, { digest, prefix }: Hashed) {
    const now = DateTime.toDateUtc(yield* DateTime.now)
    return yield* insert({
      source: "cli",
      ...encoded(choices),
      id: randomUUID(),
      prefix,
      hash: KeySecret.bytes(digest),
      createdAt: now,
      updatedAt: now
    }).pipe(
      Effect.flatMap(Effect.fromOption),
      Effect.catchTags({
        NoSuchElementError: Effect.die,
        SqlError: (error) => Effect.fail(violation(error, choices.name, choices.organisation))
      }),
      typed
    )
  })

  const create = Effect.fn("Keys.create")(function*(choices: Choices, given?: Redacted.Redacted) {
    const secret = given ?? KeySecret.generate()
    const text = Redacted.value(secret)
    const key = yield* add(choices, { digest: KeySecret.digest(text), prefix: KeySecret.prefix(text) })
    return { key, secret }
  })

  const find = Effect.fn("Keys.find")(function*(reference: string) {
    const found = yield* typed(isId(reference) ? byIds([reference]) : byName(reference))
    const alive = found.filter((key) => key.revokedAt === null)
    const [key, other] = alive.length > 0 ? alive : found
    if (key === undefined) return yield* new UnknownKey({ reference })
    if (other !== undefined) return yield* new AmbiguousKey({ reference, ids: found.map(({ id }) => id) })
    return key
  })

  const edit = Effect.fn("Keys.edit")(function*(id: string, edit: Edit) {
    if (!isId(id)) return yield* new UnknownKey({ reference: id })
    const values = { ...encoded(edit), updatedAt: DateTime.toDateUtc(yield* DateTime.now) }
    return yield* update({ id, values }).pipe(
      Effect.catchTag("SqlError", (error) => {
        const failure = violation(error, edit.name ?? id, edit.organisation ?? "")
        // An edit gives no secret.
        return failure._tag === "DuplicateSecret" ? Effect.die(error) : Effect.fail(failure)
      }),
      Effect.flatMap(known(id)),
      typed
    )
  })

  const revoke = Effect.fn("Keys.revoke")(function*(id: string) {
    if (!isId(id)) return yield* new UnknownKey({ reference: id })
    return yield* end({ id, now: yield* DateTime.now }).pipe(Effect.flatMap(known(id)), typed)
  })

  const reinstate = Effect.fn("Keys.reinstate")(function*(id: string) {
    return yield* resume({ id, now: yield* DateTime.now }).pipe(
      Effect.catchTag("SqlError", (error) =>
        Effect.fail(
          error.reason._tag === "UniqueViolation" ? new DuplicateName({ kind: "key", name: id }) : error
        )),
      Effect.flatMap(known(id)),
      typed
    )
  })

  const touch = Effect.fn("Keys.touch")(function*(uses: ReadonlyMap<string, number>) {
    const ids = Result.getOrThrow(PgTypes.array([...uses.keys()], PgTypes.OID.text))
    const times = Result.getOrThrow(PgTypes.array([...uses.values()], PgTypes.OID.timestamptz))
    // Several gateways write: the later use wins. No trigger listens to this column.
    yield* typed(sql`UPDATE keys SET last_used_at = greatest(last_used_at, used.at)
      FROM unnest(${ids}::text[], ${times}::timestamptz[]) AS used (id, at) WHERE keys.id = used.id::uuid`)
  })

  return Keys.of({
    create,
    add,
    find,
    findByDigest: (digest) => typed(byHash(KeySecret.bytes(digest))),
    findAll: (ids) => typed(byIds(ids)),
    list: (filter = {}) => typed(filtered(filter)),
    edit,
    revoke,
    reinstate,
    touch,
    changes: changes(sql, "aiguilleur_keys")
  })
})

export class Keys extends Context.Service<Keys, {
  /** With a generated secret, or one that is given (configuration file, import). */
  readonly create: (
    choices: Choices,
    secret?: Redacted.Redacted
  ) => With<Created, DuplicateName | DuplicateSecret | UnknownOrganisation>
  readonly add: (
    choices: Choices,
    secret: Hashed
  ) => With<Key, DuplicateName | DuplicateSecret | UnknownOrganisation>
  /** By id, or by name where one organisation alone uses it. */
  readonly find: (reference: string) => With<Key, UnknownKey | AmbiguousKey>
  /** By `KeySecret.digest`, whatever its standing. */
  readonly findByDigest: (digest: string) => With<Option.Option<Key>>
  readonly findAll: (ids: ReadonlyArray<string>) => With<ReadonlyArray<Key>>
  readonly list: (filter?: KeyQueries.Filter) => With<ReadonlyArray<Key>>
  readonly edit: (id: string, edit: Edit) => With<Key, UnknownKey | DuplicateName | UnknownOrganisation>
  readonly revoke: (id: string) => With<Key, UnknownKey>
  /** Takes a revocation back: the key has returned to the configuration file. */
  readonly reinstate: (id: string) => With<Key, UnknownKey | DuplicateName>
  /** Records when keys were last used, by id in epoch milliseconds. Notifies nobody. */
  readonly touch: (uses: ReadonlyMap<string, number>) => With<void>
  /** Ids of keys, whoever changed them and where. */
  readonly changes: Stream.Stream<Change>
}>()("@aiguilleur/store/Keys") {
  static readonly layer = Layer.effect(Keys, make)
}
