import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Applied from "../../src/config/Applied.ts"
import * as Store from "./Store.ts"

const { json, limit, run } = Store

layer(Store.layer, { excludeTestServices: true, timeout: "60 seconds" })("aiguilleur organisations", (it) => {
  it.effect("creates, lists and edits", () =>
    Effect.gen(function*() {
      yield* Store.clean
      assert.match((yield* run("organisations", "list")).out, /^There is none yet\./)
      const { out } = yield* run("organisations", "create", "univ-a", "--weight", "2.5")
      assert.strictEqual(out, "The organisation univ-a was created; its weight is 2.5.\n")
      assert.deepInclude(yield* json("organisations", "create", "univ-b"), { name: "univ-b", weight: 1, source: "cli" })
      assert.strictEqual(
        (yield* run("organisations", "list")).out,
        "NAME    WEIGHT  FROM\nuniv-a  2.5     cli\nuniv-b  1       cli\n"
      )
      yield* run("keys", "create", "moodle", "--organisation", "univ-b")
      yield* run("organisations", "edit", "univ-b", "--name", "univ-c", "--weight", "4")
      const members: ReadonlyArray<{ name: string; weight: number }> = yield* json("organisations", "list")
      assert.deepStrictEqual(members.map(({ name, weight }) => [name, weight]), [["univ-a", 2.5], ["univ-c", 4]])
      assert.strictEqual((yield* json("keys", "list"))[0].organisation, "univ-c")
    }), limit)

  it.effect("refuses in one line what cannot be, and changes nothing", () =>
    Effect.gen(function*() {
      yield* Store.clean
      yield* run("organisations", "create", "univ-a")
      yield* run("organisations", "create", "univ-b")
      yield* Applied.write({ ...Applied.nothing, owners: ["univ-a"] })
      const before = yield* json("organisations", "list")
      const refusals: ReadonlyArray<readonly [string, string]> = [
        ["create univ-a", "There is already an organisation named univ-a.\n"],
        [
          "edit univ-z --weight 2",
          "There is no organisation named univ-z. List them with: aiguilleur organisations list\n"
        ],
        ["edit univ-b --name univ-a", "There is already an organisation named univ-a.\n"],
        ["edit univ-a --name univ-d", "The configuration file names univ-a: rename it there.\n"],
        ["edit univ-a", "Nothing to change: give --weight or --name.\n"]
      ]
      for (const [args, line] of refusals) {
        const { code, err, out } = yield* run("organisations", ...args.split(" "))
        assert.deepStrictEqual({ code, err, out }, { code: 1, err: line, out: "" })
      }
      assert.match(
        (yield* run("organisations", "edit", "univ-a", "--weight", "0")).err,
        /Expected a weight from 0.01 to 1000, found 0/
      )
      assert.deepStrictEqual(yield* json("organisations", "list"), before)
    }), limit)
})
