/** Organisations and keys as they are made, found, listed and changed. */
import { RoutingMode } from "@aiguilleur/core/Caller"
import { PgClient } from "@effect/sql-pg/PgClient"
import { assert } from "@effect/vitest"
import { DateTime, Effect, Option, Redacted } from "effect"
import { Keys } from "../../src/Keys.ts"
import * as KeySecret from "../../src/KeySecret.ts"
import { Organisations } from "../../src/Organisations.ts"
import { clean, limit, type Tester } from "../support/Fixture.ts"

export const suite = (it: Tester) => {
  it.effect("lists, edits and removes organisations, and names what is wrong", () =>
    Effect.gen(function*() {
      yield* clean
      const organisations = yield* Organisations
      assert.deepStrictEqual((yield* organisations.list).map(({ name }) => name), ["univ-a", "univ-b"])
      assert.strictEqual(
        (yield* Effect.flip(organisations.create({ name: "univ-a", weight: 1 })))._tag,
        "DuplicateName"
      )
      assert.strictEqual((yield* Effect.flip(organisations.get("univ-z")))._tag, "UnknownOrganisation")
      assert.strictEqual((yield* Effect.flip(organisations.remove("univ-z")))._tag, "UnknownOrganisation")
      assert.strictEqual(
        (yield* Effect.flip(organisations.edit("univ-a", { name: "univ-b" })))._tag,
        "DuplicateName"
      )
      assert.strictEqual((yield* organisations.edit("univ-b", { weight: 2.5 })).weight, 2.5)
      const { key } = yield* (yield* Keys).create({ name: "moodle", organisation: "univ-b" })
      assert.strictEqual((yield* Effect.flip(organisations.remove("univ-b")))._tag, "OrganisationInUse")
      yield* organisations.edit("univ-b", { name: "univ-c" })
      assert.strictEqual((yield* (yield* Keys).find(key.id)).organisation, "univ-c")
      yield* organisations.remove("univ-a")
      assert.deepStrictEqual((yield* organisations.list).map(({ name }) => name), ["univ-c"])
    }), limit)

  it.effect("shows a secret once and keeps its hash alone", () =>
    Effect.gen(function*() {
      yield* clean
      const keys = yield* Keys
      const sql = yield* PgClient
      const { key, secret } = yield* keys.create({ name: "moodle", organisation: "univ-a", priority: 5 })
      const text = Redacted.value(secret)
      assert.match(text, /^aig_[\w-]{43}$/)
      assert.isTrue(text.startsWith(key.prefix))
      const found = yield* keys.findByDigest(KeySecret.digest(text))
      assert.deepStrictEqual(Option.getOrThrow(found), key)
      const [stored] = yield* sql<{ row: string }>`SELECT keys::text AS row FROM keys`
      assert.notInclude(stored!.row, text.slice(12))
      assert.isTrue(Option.isNone(yield* keys.findByDigest(KeySecret.digest("aig_other"))))
    }), limit)

  it.effect(
    "refuses a name twice in one organisation, a secret twice, an organisation that is not there",
    () =>
      Effect.gen(function*() {
        yield* clean
        const keys = yield* Keys
        const given = Redacted.make("a token of the predecessor")
        const first = yield* keys.create({ name: "moodle", organisation: "univ-a" }, given)
        const twice = yield* Effect.flip(keys.create({ name: "moodle", organisation: "univ-a" }))
        assert.strictEqual(twice._tag, "DuplicateName")
        const known = yield* Effect.flip(keys.create({ name: "wiki", organisation: "univ-a" }, given))
        assert.strictEqual(known._tag, "DuplicateSecret")
        const nowhere = yield* Effect.flip(keys.create({ name: "wiki", organisation: "univ-z" }))
        assert.strictEqual(nowhere._tag, "UnknownOrganisation")
        const moved = yield* Effect.flip(keys.edit(first.key.id, { organisation: "univ-z" }))
        assert.strictEqual(moved._tag, "UnknownOrganisation")
        yield* keys.create({ name: "moodle", organisation: "univ-b" })
        assert.strictEqual((yield* Effect.flip(keys.find("moodle")))._tag, "AmbiguousKey")
        assert.strictEqual((yield* Effect.flip(keys.find("nobody")))._tag, "UnknownKey")
        assert.strictEqual((yield* Effect.flip(keys.edit("not-an-id", { priority: 1 })))._tag, "UnknownKey")
        yield* keys.revoke(first.key.id)
        yield* keys.create({ name: "moodle", organisation: "univ-a" })
      }),
    limit
  )

  it.effect("edits what is named and leaves the rest, lists of nothing included", () =>
    Effect.gen(function*() {
      yield* clean
      const keys = yield* Keys
      const expiresAt = DateTime.makeUnsafe("2027-06-30T00:00:00Z")
      const { key } = yield* keys.create({
        name: "lab-7",
        organisation: "univ-a",
        email: "lab@univ-a.example",
        priority: 1,
        threshold: 10,
        routingMode: "private-only",
        models: ["mistral31-24b"],
        sites: [],
        waitEvents: true,
        rights: "viewer",
        expiresAt
      })
      assert.deepStrictEqual(key.sites, [])
      assert.isNull(key.organisations)
      assert.deepStrictEqual(key.expiresAt, expiresAt)
      const edited = yield* keys.edit(key.id, { priority: 5, models: null, sites: ["dc1", "dc2"], expiresAt: null })
      const { updatedAt } = edited
      assert.deepStrictEqual(edited, {
        ...key,
        priority: 5,
        models: null,
        sites: ["dc1", "dc2"],
        expiresAt: null,
        updatedAt
      })
    }), limit)

  it.effect("lists keys by name, e-mail, organisation, priority and routing mode", () =>
    Effect.gen(function*() {
      yield* clean
      const keys = yield* Keys
      const modes = RoutingMode.literals
      for (let index = 0; index < 6; index++) {
        yield* keys.create({
          name: `key_${index}`,
          organisation: index % 2 === 0 ? "univ-a" : "univ-b",
          email: `Person${index}@univ.example`,
          priority: index,
          routingMode: modes[index % 3]!
        })
      }
      const names = (filter: Parameters<typeof keys.list>[0]) =>
        Effect.map(keys.list(filter), (found) => found.map(({ name }) => name).sort())
      assert.deepStrictEqual(yield* names({ name: "KEY_1" }), ["key_1"])
      assert.deepStrictEqual(yield* names({ name: "keyx1" }), [])
      assert.deepStrictEqual(yield* names({ email: "person2@" }), ["key_2"])
      assert.deepStrictEqual(yield* names({ organisation: "univ-b", routingMode: "any" }), ["key_3"])
      assert.deepStrictEqual(yield* names({ priority: 4 }), ["key_4"])
      yield* keys.revoke((yield* keys.find("key_5")).id)
      assert.strictEqual((yield* keys.list()).length, 5)
      assert.strictEqual((yield* keys.list({ revoked: true })).length, 6)
    }), limit)

  it.effect("keeps the first date of a revocation and the last of a use", () =>
    Effect.gen(function*() {
      yield* clean
      const keys = yield* Keys
      const { key } = yield* keys.create({ name: "moodle", organisation: "univ-a" })
      const once = yield* keys.revoke(key.id)
      assert.isNotNull(once.revokedAt)
      assert.deepStrictEqual((yield* keys.revoke(key.id)).revokedAt, once.revokedAt)
      yield* keys.touch(new Map([[key.id, 2_000_000]]))
      yield* keys.touch(new Map([[key.id, 1_000_000]]))
      const [used] = yield* keys.findAll([key.id])
      assert.strictEqual(DateTime.toEpochMillis(used!.lastUsedAt!), 2_000_000)
    }), limit)
}
