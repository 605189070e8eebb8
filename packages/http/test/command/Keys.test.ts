import { Keys } from "@aiguilleur/store/Keys"
import * as KeySecret from "@aiguilleur/store/KeySecret"
import { assert, layer } from "@effect/vitest"
import { Effect, Option } from "effect"
import * as Applied from "../../src/config/Applied.ts"
import * as Store from "./Store.ts"

const { json, limit, run } = Store

/** Two organisations, and what a configuration file said. */
const start = Effect.gen(function*() {
  yield* Store.clean
  yield* run("organisations", "create", "univ-a")
  yield* run("organisations", "create", "univ-b", "--weight", "3")
})

const applied = Applied.write({
  ...Applied.nothing,
  bestPriority: 3,
  models: [{ name: "mistral31-24b", aliases: ["mistral-small"] }],
  sites: ["dc1"],
  owners: ["univ-a"]
})

const stored = Effect.flatMap(Keys, (keys) => keys.list({ revoked: true }))

layer(Store.layer, { excludeTestServices: true, timeout: "60 seconds" })("aiguilleur keys", (it) => {
  it.effect("create prints the secret once, and it opens the door", () =>
    Effect.gen(function*() {
      yield* start
      const { code, err, out } = yield* run("keys", "create", "moodle", "--organisation", "univ-a", "--priority", "5")
      assert.strictEqual(code, 0)
      assert.strictEqual(err, "")
      const secret = /^ {2}(aig_[\w-]{43})$/m.exec(out)?.[1]
      assert.isDefined(secret)
      const found = yield* (yield* Keys).findByDigest(KeySecret.digest(secret!))
      assert.strictEqual(Option.getOrThrow(found).priority, 5)
      const listed = yield* run("keys", "list", "--json")
      assert.notInclude(listed.out, secret!)
      assert.include(listed.out, secret!.slice(0, 12))
    }), limit)

  it.effect("create takes every choice, and prints JSON", () =>
    Effect.gen(function*() {
      yield* start
      yield* applied
      const { key, secret } = yield* json(
        ..."keys create lab-7 --organisation univ-b --email lab@univ-b.example --priority 2 --threshold 10".split(" "),
        ..."--routing-mode private-only --models mistral-small --sites dc1 --servers-of univ-a".split(" "),
        ..."--wait-events --rights viewer --expires 2027-06-30".split(" ")
      )
      assert.match(secret, /^aig_/)
      assert.deepInclude(key, {
        name: "lab-7",
        organisation: "univ-b",
        email: "lab@univ-b.example",
        priority: 2,
        threshold: 10,
        routingMode: "private-only",
        models: ["mistral31-24b"],
        sites: ["dc1"],
        organisations: ["univ-a"],
        waitEvents: true,
        rights: "viewer",
        expiresAt: "2027-06-30T00:00:00.000Z",
        state: "valid"
      })
    }), limit)

  it.effect("create refuses in one line what cannot be, and leaves nothing behind", () =>
    Effect.gen(function*() {
      yield* start
      yield* applied
      yield* run("keys", "create", "moodle", "--organisation", "univ-a")
      const refusals: ReadonlyArray<readonly [string, string]> = [
        ["moodle --organisation univ-a", "There is already a key of this organisation named moodle."],
        [
          "x --organisation univ-z",
          "There is no organisation named univ-z. List them with: aiguilleur organisations list"
        ],
        ["x --organisation univ-a --priority 4", "The priority 4 is above the best one, 3 (queue.bestPriority)."],
        [
          "x --organisation univ-a --models mistrall-small",
          "There is no model named mistrall-small; did you mean \"mistral-small\"?"
        ],
        ["x --organisation univ-a --sites dc9", "There is no site named dc9; did you mean \"dc1\"?"],
        [
          "x --organisation univ-a --servers-of univ-b",
          "There is no server of an organisation named univ-b; did you mean \"univ-a\"?"
        ]
      ]
      for (const [args, line] of refusals) {
        const { code, err, out } = yield* run("keys", "create", ...args.split(" "))
        assert.deepStrictEqual({ code, err, out }, { code: 1, err: `${line}\n`, out: "" })
      }
      const misspelt: ReadonlyArray<readonly [string, RegExp]> = [
        ["x", /--organisation/],
        ["x --organisation univ-a --expires 2027-02-30", /2027-02-30/],
        ["x --organisation univ-a --expires tomorrow", /a day like 2027-06-30/],
        ["x --organisation univ-a --priority -1", /priority/],
        ["x --organisation univ-a --routing-mode private", /private-first/],
        ["x --organisation univ-a --email nobody", /e-mail/],
        ["x --organisation univ-a --colour red", /--colour/]
      ]
      for (const [args, message] of misspelt) {
        const { code, err, out } = yield* run("keys", "create", ...args.split(" "))
        assert.strictEqual(code, 1)
        assert.match(err, message)
        assert.match(err, /Help: aiguilleur keys create --help\n$/)
        assert.strictEqual(out, "")
      }
      assert.deepStrictEqual((yield* stored).map(({ name }) => name), ["moodle"])
    }), limit)

  it.effect("list filters by name, organisation, e-mail, priority and routing mode", () =>
    Effect.gen(function*() {
      yield* start
      assert.include((yield* run("keys", "list")).out, "No key matches.")
      yield* run(..."keys create moodle --organisation univ-a --priority 5 --email it@univ-a.example".split(" "))
      yield* run(..."keys create nightly --organisation univ-b --priority 0 --routing-mode private-first".split(" "))
      const names = (...filter: ReadonlyArray<string>) =>
        Effect.map(json("keys", "list", ...filter), (keys: ReadonlyArray<{ name: string }>) =>
          keys.map(({ name }) => name))
      assert.deepStrictEqual(yield* names(), ["moodle", "nightly"])
      assert.deepStrictEqual(yield* names("--name", "OOD"), ["moodle"])
      assert.deepStrictEqual(yield* names("--organisation", "univ-b"), ["nightly"])
      assert.deepStrictEqual(yield* names("--email", "@univ-a"), ["moodle"])
      assert.deepStrictEqual(yield* names("--priority", "0"), ["nightly"])
      assert.deepStrictEqual(yield* names("--routing-mode", "private-first"), ["nightly"])
      assert.deepStrictEqual(yield* names("--routing-mode", "any", "--priority", "0"), [])
      const { out } = yield* run("keys", "list")
      assert.match(out, /^NAME +ORGANISATION +PRIORITY +ROUTING/)
      assert.match(out, /^moodle +univ-a +5 +any +it@univ-a\.example +aig_.{8} +never +valid +[0-9a-f-]{36}$/m)
    }), limit)

  it.effect("edit changes what is named and nothing else", () =>
    Effect.gen(function*() {
      yield* start
      const { key } = yield* json(
        ..."keys create moodle --organisation univ-a --threshold 5 --models a,b --expires 2027-01-01".split(" ")
      )
      const edited = yield* json(..."keys edit moodle --priority 5 --models all --expires never --name wiki".split(" "))
      const { updatedAt } = edited
      assert.deepStrictEqual(edited, { ...key, priority: 5, models: null, expiresAt: null, name: "wiki", updatedAt })
      const moved = yield* run(
        "keys",
        "edit",
        key.id,
        "--organisation",
        "univ-b",
        "--threshold",
        "none",
        "--wait-events"
      )
      assert.match(moved.out, /The key wiki was changed/)
      assert.match(moved.out, /threshold +none/)
      const back = yield* json("keys", "edit", key.id, "--no-wait-events")
      assert.deepInclude(back, { organisation: "univ-b", threshold: null, waitEvents: false })
    }), limit)

  it.effect("edit refuses in one line what cannot be, and changes nothing", () =>
    Effect.gen(function*() {
      yield* start
      yield* applied
      for (const organisation of ["univ-a", "univ-b"]) {
        yield* run("keys", "create", "moodle", "--organisation", organisation)
      }
      yield* run("keys", "create", "wiki", "--organisation", "univ-a")
      const before = yield* stored
      const refusals: ReadonlyArray<readonly [string, RegExp]> = [
        ["nobody --priority 1", /^There is no key nobody\. List them with: aiguilleur keys list\n$/],
        ["moodle --priority 1", /^Several organisations have a key named moodle; name one by its id: [0-9a-f-]{36}, /],
        ["wiki --priority 4", /^The priority 4 is above the best one, 3 \(queue.bestPriority\)\.\n$/],
        ["wiki --organisation univ-z", /^There is no organisation named univ-z\./],
        ["wiki --name moodle", /^There is already a key of this organisation named moodle\.\n$/],
        ["wiki", /^Nothing to change: /]
      ]
      for (const [args, message] of refusals) {
        const { code, err, out } = yield* run("keys", "edit", ...args.split(" "))
        assert.strictEqual(code, 1)
        assert.match(err, message)
        assert.strictEqual(out, "")
      }
      assert.deepStrictEqual(yield* stored, before)
    }), limit)

  it.effect("revoke ends a key for good and frees its name", () =>
    Effect.gen(function*() {
      yield* start
      yield* run("keys", "create", "moodle", "--organisation", "univ-a")
      assert.match((yield* run("keys", "revoke", "moodle")).out, /^The key moodle of univ-a is revoked\./)
      assert.match((yield* run("keys", "revoke", "moodle")).out, /had been revoked already/)
      const edited = yield* run("keys", "edit", "moodle", "--priority", "2")
      assert.strictEqual(edited.err, "The key moodle is revoked. Create another.\n")
      assert.deepStrictEqual(yield* json("keys", "list"), [])
      const [revoked] = yield* json("keys", "list", "--revoked")
      assert.strictEqual(revoked.state, "revoked")
      assert.strictEqual((yield* run("keys", "create", "moodle", "--organisation", "univ-a")).code, 0)
      assert.strictEqual((yield* json("keys", "revoke", "moodle")).state, "revoked")
    }), limit)
})
