import { Keys } from "@aiguilleur/store/Keys"
import * as KeySecret from "@aiguilleur/store/KeySecret"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import * as MariaDb from "../../../store/test/support/MariaDb.ts"
import { Predecessor } from "../../../store/test/support/Predecessor.ts"
import * as Store from "./Store.ts"

const { json, limit, run } = Store

const columns = `id serial PRIMARY KEY, token varchar(255) NOT NULL, name varchar(255) NOT NULL,
  organization varchar(255), email varchar(255), priority integer NOT NULL, threshold integer NOT NULL,
  client_type varchar(255)`

const users = Effect.fnUntraced(function*(more: string, values: string) {
  const { query } = yield* Predecessor
  yield* query("DROP TABLE IF EXISTS users")
  yield* query(`CREATE TABLE users (${columns}${more})`)
  yield* query(
    `INSERT INTO users (token, name, organization, email, priority, threshold, client_type${
      more === "" ? "" : ", default_routing_mode"
    }) VALUES ${values}`
  )
})

const withMode = ", default_routing_mode varchar(13) NOT NULL DEFAULT 'any'"

const three = `('token-of-moodle', 'moodle', 'univ-a', 'it@univ-a.example', 5, 1000, NULL, 'any'),
  ('token-of-chat', 'chat', 'univ-b', NULL, 9, 0, 'chat', 'private-first'),
  ('token-of-lab', 'lab', NULL, '', 0, 10, NULL, 'private-only')`

const importing = Effect.fnUntraced(function*(...flags: ReadonlyArray<string>) {
  return yield* run("import", "aristote", "--url", (yield* Predecessor).url, ...flags)
})

const databases = [
  ["PostgreSQL", Predecessor.layer],
  ...(MariaDb.installed ? [["MariaDB", MariaDb.layer] as const] : [])
] as const

if (!MariaDb.installed) {
  describe("aiguilleur import aristote (MariaDB)", () => {
    it.skip("not run: /usr/sbin/mariadbd is not there", () => {})
  })
}

for (const [database, predecessor] of databases) {
  layer(Layer.merge(Store.layer, predecessor), { excludeTestServices: true, timeout: "60 seconds" })(
    `aiguilleur import aristote (${database})`,
    (it) => {
      it.effect("keeps tokens working, in hashed form, with what they were allowed", () =>
        Effect.gen(function*() {
          yield* Store.clean
          yield* users(withMode, three)
          const { code, err, out } = yield* importing("--organisation", "univ-c")
          assert.strictEqual(err, "")
          assert.strictEqual(code, 0)
          assert.include(out, "3 keys were imported, 0 known already.\nNew organisations: univ-b, univ-c, univ-a.\n")
          assert.include(out, "  chat: priority 9 becomes 5, the best one\n")
          assert.include(out, "  chat: gets 429 and 504 where a chat client got 200 with an error\n")
          const keys = yield* Keys
          const found = Option.getOrThrow(yield* keys.findByDigest(KeySecret.digest("token-of-chat")))
          assert.deepInclude(found, {
            name: "chat",
            organisation: "univ-b",
            email: null,
            priority: 5,
            threshold: 1,
            routingMode: "private-first",
            source: "import"
          })
          const lab = Option.getOrThrow(yield* keys.findByDigest(KeySecret.digest("token-of-lab")))
          assert.deepInclude(lab, { organisation: "univ-c", email: null, routingMode: "private-only" })
          assert.notInclude(JSON.stringify(yield* json("keys", "list")), "token-of-")
        }), limit)

      it.effect("run again, adds what is new and touches nothing else", () =>
        Effect.gen(function*() {
          yield* Store.clean
          yield* users(withMode, three)
          yield* importing("--organisation", "univ-c")
          yield* run("keys", "edit", "moodle", "--priority", "1")
          yield* (yield* Predecessor).query(
            "INSERT INTO users (token, name, organization, priority, threshold) VALUES ('token-4', 'new', 'univ-a', 1, 1)"
          )
          const again = yield* importing("--organisation", "univ-c", "--json")
          const report = JSON.parse(again.out)
          assert.strictEqual(report.known, 3)
          assert.deepStrictEqual(report.imported.map(({ name }: { name: string }) => name), ["new"])
          assert.strictEqual((yield* json("keys", "list", "--name", "moodle"))[0].priority, 1)
        }), limit)

      it.effect("reads the table of its first version, and changes nothing on a dry run", () =>
        Effect.gen(function*() {
          yield* Store.clean
          yield* users("", "('token-of-old', 'old', 'univ-a', NULL, 2, 3, NULL)")
          const { out } = yield* importing("--dry-run")
          assert.include(out, "1 key would be imported, 0 known already.\nNew organisations: univ-a.\n")
          assert.deepStrictEqual(yield* json("organisations", "list"), [])
          assert.deepStrictEqual(yield* json("keys", "list"), [])
        }), limit)

      it.effect("imports all or nothing, and says in one line what is in the way", () =>
        Effect.gen(function*() {
          yield* Store.clean
          yield* run("organisations", "create", "univ-a")
          yield* run("keys", "create", "taken", "--organisation", "univ-a")
          const before = yield* json("keys", "list")
          const cases: ReadonlyArray<readonly [string, RegExp]> = [
            [
              "('t1', 'first', 'univ-b', NULL, 1, 1, NULL, 'any'), ('t2', 'taken', 'univ-a', NULL, 1, 1, NULL, 'any')",
              /^There is already a key of this organisation named taken\.\n$/
            ],
            [
              "('t1', 'alone', NULL, NULL, 1, 1, NULL, 'any')",
              /^1 user without an organisation \(alone\): say whose they are with --organisation NAME\.\n$/
            ],
            [
              "('two words', 'first', 'univ-b', NULL, 1, 1, NULL, 'any')",
              /^The user first has a token that no header can carry; correct it there\.\n$/
            ],
            [
              "('t1', 'first', 'univ-b', NULL, 1, 1, NULL, 'sometimes')",
              /^Row 1 of `users` is not as expected \(name: first\)\.\n$/
            ]
          ]
          for (const [values, message] of cases) {
            yield* users(withMode, values)
            const { code, err, out } = yield* importing()
            assert.match(err, message)
            assert.strictEqual(code, 1)
            assert.strictEqual(out, "")
          }
          assert.deepStrictEqual(yield* json("keys", "list"), before)
          assert.deepStrictEqual((yield* json("organisations", "list")).length, 1)
        }), limit)

      it.effect("says what is wrong with a URL, and never shows its password", () =>
        Effect.gen(function*() {
          const cases: ReadonlyArray<readonly [string, RegExp]> = [
            ["http://u:sesame@h/d", /^--url must be postgres:/],
            ["postgres://u:sesame@h", /^--url is malformed: it names no database/],
            ["postgresql+psycopg2://u:sesame@127.0.0.1:1/d", /^The database at 127\.0\.0\.1:1\/d cannot be reached/],
            ["mysql://u:sesame@h", /^--url is malformed: it names no database\.\n$/],
            ["mysql://u:ses%ame@h/d", /^--url is malformed: .*%25/],
            ["mysql://u:sesame@h/d?ssl-mode=maybe", /ssl-mode=maybe is none of disabled, required/],
            ["mysql://u:sesame@h/d?ssl-mode=verify_ca&ssl-ca=/nowhere", /file of ssl-ca cannot be read/],
            [
              "mysql+pymysql://u:sesame@127.0.0.1:1/d",
              /^The database at 127\.0\.0\.1:1\/d cannot be read \(.*ECONNREFUSED/
            ]
          ]
          for (const [url, message] of cases) {
            const { code, err } = yield* run("import", "aristote", "--url", url)
            assert.strictEqual(code, 1)
            assert.match(err, message)
            assert.notInclude(err, "sesame")
          }
          const { query, url } = yield* Predecessor
          const stranger = yield* run("import", "aristote", "--url", url.replace(/:[^:@/]+@/, ":sesame@"))
          assert.match(stranger.err, /^The database at .*(?:password authentication failed|Access denied).*--url/)
          assert.notInclude(stranger.err, "sesame")
          yield* query("DROP TABLE IF EXISTS users")
          assert.match((yield* importing()).err, /has no readable table `users`: .*(?:does not|doesn't) exist/)
        }), limit)

      if (database === "MariaDB") {
        it.effect("checks who encrypts as far as it is asked to", () =>
          Effect.gen(function*() {
            yield* Store.clean
            yield* users(withMode, three)
            const { certificate, url } = yield* Predecessor
            const encrypted = (query: string) =>
              run("import", "aristote", "--url", `${url}?${query}`, "--organisation", "univ-c", "--dry-run")
            const strict = "ssl-mode=verify_identity"
            assert.match((yield* encrypted(strict)).err, /self-signed certificate.*&ssl-ca=FILE/)
            for (const query of ["ssl-mode=REQUIRED", `${strict}&ssl-ca=${certificate}`]) {
              assert.match((yield* encrypted(query)).out, /^3 keys would be imported/)
            }
          }), limit)
      }
    }
  )
}
