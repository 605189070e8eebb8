/** What the store promises on any server; each kind of server calls this once. */
import { RoutingMode } from "@aiguilleur/core/Caller"
import { PgClient } from "@effect/sql-pg/PgClient"
import { assert, layer } from "@effect/vitest"
import { DateTime, Effect, Fiber, Layer, Logger, Option, Queue, Redacted, Stream } from "effect"
import { AppliedConfiguration } from "../../src/AppliedConfiguration.ts"
import * as Database from "../../src/Database.ts"
import { DatabaseError } from "../../src/DatabaseError.ts"
import * as KeyCache from "../../src/KeyCache.ts"
import { Keys } from "../../src/Keys.ts"
import * as KeySecret from "../../src/KeySecret.ts"
import * as Migrations from "../../src/Migrations.ts"
import { Organisations } from "../../src/Organisations.ts"
import { Usage } from "../../src/Usage.ts"
import { UsageBuffer } from "../../src/UsageBuffer.ts"
import { eventually } from "../support/Condition.ts"
import { TestServer } from "../support/TestServer.ts"
import { row } from "../support/UsageRows.ts"

const repositories = Layer.mergeAll(Organisations.layer, Keys.layer, Usage.layer, AppliedConfiguration.layer)

const database = Layer.unwrap(Effect.map(TestServer, ({ options }) => Database.layer(options)))

const clean = Effect.gen(function*() {
  const sql = yield* PgClient
  yield* sql`TRUNCATE organisations, keys, usage, settings`
  yield* (yield* Organisations).create({ name: "univ-a", weight: 1 })
  yield* (yield* Organisations).create({ name: "univ-b", weight: 3 })
})

/** What is logged about failures that a test causes on purpose. */
const quiet = Logger.layer([])

const always = { from: DateTime.makeUnsafe(0), to: DateTime.makeUnsafe("2100-01-01T00:00:00Z") }

export const suite = (name: string, server: Layer.Layer<TestServer, unknown>, hasSwitch = true) =>
  layer(repositories.pipe(Layer.provideMerge(database), Layer.provideMerge(server)), {
    excludeTestServices: true,
    timeout: "60 seconds"
  })(`Store (${name})`, (it) => {
    const limit = { timeout: 30_000 }

    it.effect("says which server it reached, without a password", () =>
      Effect.gen(function*() {
        const { where, version, migrated } = yield* Database.Database
        assert.notInclude(where, "@")
        assert.isAtLeast(Number.parseInt(version), 14)
        assert.deepStrictEqual(migrated, Migrations.all.map((_, index) => index + 1))
      }), limit)

    it.effect("migrates once when several start at the same time", () =>
      Effect.gen(function*() {
        const sql = yield* PgClient
        const last = { name: "a test's", statements: ["CREATE TABLE made_by_a_test (id integer)"] }
        const runs = yield* Effect.all(
          Array.from({ length: 6 }, () => Migrations.migrate([...Migrations.all, last])),
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual(runs.flat(), [Migrations.all.length + 1])
        const { options } = yield* TestServer
        const failure = yield* Effect.flip(Effect.scoped(Layer.build(Database.layer(options))))
        assert.strictEqual(failure.reason._tag, "NewerSchema")
        assert.include(failure.message, "a newer Aiguilleur wrote it")
        yield* sql`DROP TABLE made_by_a_test`
        yield* sql`DELETE FROM schema_versions WHERE version > ${Migrations.all.length}`
      }), limit)

    it.effect("undoes a migration that fails, and all that came with it", () =>
      Effect.gen(function*() {
        const sql = yield* PgClient
        const bad = { name: "bad", statements: ["CREATE TABLE half (id integer)", "CREATE TABLE nonsense ("] }
        yield* Effect.flip(Migrations.migrate([...Migrations.all, bad]))
        const [found] = yield* sql<{ table: string | null }>`SELECT to_regclass('half')::text AS table`
        assert.isNull(found!.table)
        assert.deepStrictEqual(yield* Migrations.migrate(Migrations.all), [])
      }), limit)

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

    it.effect("writes a batch with one statement, and again without doubling it", () =>
      Effect.gen(function*() {
        yield* clean
        const usage = yield* Usage
        const rows = Array.from({ length: 1000 }, (_, index) => row(index))
        const batch = { writer: crypto.randomUUID(), first: 0, rows }
        yield* usage.insert(batch)
        yield* usage.insert(batch)
        assert.strictEqual(yield* usage.count(always), 1000)
        const read = yield* Stream.runCollect(usage.rows(always))
        assert.deepStrictEqual([...read], rows)
        const from = DateTime.makeUnsafe(rows[100]!.finishedAt)
        const to = DateTime.makeUnsafe(rows[200]!.finishedAt)
        assert.strictEqual((yield* Stream.runCollect(usage.rows({ from, to }))).length, 100)
        assert.strictEqual(yield* usage.count({ ...always, model: "none" }), 0)
        assert.strictEqual(yield* usage.purge(from), 100)
        assert.strictEqual(yield* usage.count(always), 900)
      }), limit)

    it.effect("writes every row of a buffer but one that no database takes", () =>
      Effect.gen(function*() {
        yield* clean
        const usage = yield* Usage
        yield* Effect.gen(function*() {
          const buffer = yield* UsageBuffer
          for (let index = 0; index < 2500; index++) buffer.offer(row(index))
          buffer.offer({ ...row(2500), model: "with\0nul" })
          buffer.offer({ ...row(2501), priority: 2 ** 40 })
          yield* buffer.flush
          assert.strictEqual(buffer.pending(), 0)
          assert.strictEqual(buffer.lost(), 1)
        }).pipe(Effect.provide(UsageBuffer.layer), Effect.provide(quiet))
        assert.strictEqual(yield* usage.count(always), 2501)
        assert.strictEqual(yield* usage.count({ ...always, model: "withnul" }), 1)
      }), limit)

    it.effect("remembers the configuration last applied, names of fields included", () =>
      Effect.gen(function*() {
        yield* clean
        const applied = yield* AppliedConfiguration
        assert.isTrue(Option.isNone(yield* applied.read))
        yield* applied.write({ models: [{ maxConcurrent: 1, snake_case: null }] })
        yield* applied.write({ models: [{ maxConcurrent: 2, snake_case: null }] })
        assert.deepStrictEqual(
          Option.getOrThrow(yield* applied.read),
          { models: [{ maxConcurrent: 2, snake_case: null }] }
        )
      }), limit)

    it.effect("tells of each change of a key, but not of its use", () =>
      Effect.gen(function*() {
        yield* clean
        const keys = yield* Keys
        const heard = yield* Queue.unbounded<string>()
        yield* Effect.forkScoped(Stream.runForEach(keys.changes, (change) =>
          Queue.offer(heard, change._tag === "Changed" ? change.id : change._tag)))
        assert.strictEqual(yield* Queue.take(heard), "Reconnected")
        const { key } = yield* keys.create({ name: "moodle", organisation: "univ-a" })
        assert.strictEqual(yield* Queue.take(heard), key.id)
        yield* keys.touch(new Map([[key.id, 1]]))
        const other = yield* keys.create({ name: "wiki", organisation: "univ-a" })
        assert.strictEqual(yield* Queue.take(heard), other.key.id)
        yield* (yield* Organisations).edit("univ-a", { name: "univ-d" })
        const both = [yield* Queue.take(heard), yield* Queue.take(heard)]
        assert.sameMembers(both, [key.id, other.key.id])
      }), limit)

    it.effect("answers from memory, and follows an edit, a revocation and a new key", () =>
      Effect.gen(function*() {
        yield* clean
        const keys = yield* Keys
        yield* Effect.gen(function*() {
          const cache = yield* KeyCache.KeyCache
          const { key, secret } = yield* keys.create({ name: "moodle", organisation: "univ-a", priority: 1 })
          const text = Redacted.value(secret)
          assert.isUndefined(cache.lookup(text))
          yield* eventually(
            Effect.map(cache.find(text), ({ priority }) => priority === 1 && cache.lookup(text) !== undefined)
          )
          const updates = yield* Queue.unbounded<KeyCache.Update>()
          yield* Effect.forkScoped(
            Stream.runForEach(cache.updates, (update) => Queue.offer(updates, update)),
            { startImmediately: true }
          )
          yield* keys.edit(key.id, { priority: 5 })
          // Its creation may be heard late.
          while ((yield* Queue.take(updates)).key?.priority !== 5) yield* Effect.void
          assert.strictEqual(cache.lookup(text)?.priority, 5)
          yield* keys.revoke(key.id)
          assert.isNotNull((yield* Queue.take(updates)).key?.revokedAt)
          assert.isUndefined(cache.lookup(text))
          const refused = yield* Effect.flip(cache.find(text))
          assert.isTrue(refused._tag === "InvalidKey" && refused.reason === "revoked")
          // Unknown until it is made.
          const later = Redacted.make("made later")
          assert.strictEqual((yield* Effect.flip(cache.find("made later")))._tag, "InvalidKey")
          yield* keys.create({ name: "later", organisation: "univ-a" }, later)
          yield* Queue.take(updates)
          assert.strictEqual((yield* cache.find("made later")).name, "later")
        }).pipe(Effect.scoped, Effect.provide(KeyCache.KeyCache.layer))
        // Uses are written at the end at the latest.
        assert.isNotNull((yield* keys.find("later")).lastUsedAt)
      }), limit)

    const switched = hasSwitch
      ? it.effect
      : (title: string) => it.effect.skip(`${title} (this server has no switch)`, () => Effect.void)

    switched("goes on with what it knows while the database is away, and catches up", () =>
      Effect.gen(function*() {
        yield* clean
        const server = yield* TestServer
        const keys = yield* Keys
        const usage = yield* Usage
        const { key, secret } = yield* keys.create({ name: "moodle", organisation: "univ-a", priority: 1 })
        const text = Redacted.value(secret)
        yield* Effect.gen(function*() {
          const cache = yield* KeyCache.KeyCache
          const buffer = yield* UsageBuffer
          yield* eventually(Effect.map(cache.find(text), () => cache.lookup(text) !== undefined))
          yield* server.stop
          const failure = yield* Effect.flip(keys.list())
          assert.instanceOf(failure, DatabaseError)
          assert.strictEqual(failure.reason._tag, "Refused")
          assert.strictEqual(cache.lookup(text)?.id, key.id)
          assert.strictEqual((yield* Effect.flip(cache.find("stranger")))._tag, "Unavailable")
          for (let index = 0; index < 50; index++) assert.isTrue(buffer.offer(row(index)))
          yield* buffer.flush
          assert.strictEqual(buffer.pending(), 50)
          yield* server.start
          // Changed by someone else before the cache listens again, or just after: either way it arrives.
          yield* keys.edit(key.id, { priority: 3 })
          yield* eventually(Effect.sync(() => cache.lookup(text)?.priority === 3))
          yield* eventually(Effect.sync(() => buffer.pending() === 0))
          assert.strictEqual(buffer.lost(), 0)
          assert.strictEqual(yield* usage.count(always), 50)
          assert.strictEqual((yield* Effect.flip(cache.find("stranger")))._tag, "InvalidKey")
        }).pipe(Effect.provide([KeyCache.KeyCache.layer, UsageBuffer.layer, quiet]))
      }), limit)

    switched("says Reconnected after a restart, and hears again", () =>
      Effect.gen(function*() {
        yield* clean
        const server = yield* TestServer
        const keys = yield* Keys
        const heard = yield* Queue.unbounded<string>()
        const listening = yield* Effect.forkScoped(
          Stream.runForEach(keys.changes, (change) => Queue.offer(heard, change._tag))
        )
        assert.strictEqual(yield* Queue.take(heard), "Reconnected")
        yield* server.stop
        yield* server.start
        assert.strictEqual(yield* Queue.take(heard), "Reconnected")
        yield* keys.create({ name: "moodle", organisation: "univ-a" })
        assert.strictEqual(yield* Queue.take(heard), "Changed")
        yield* Fiber.interrupt(listening)
      }), limit)
  })
