import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Rig from "../Rig.ts"
import { watch } from "./Watching.ts"

const order = (rig: Rig.Rig, body: unknown, key: string = Rig.operator) =>
  Rig.post(rig, body, { path: "/dashboard/api/servers", key })

const stateOf = (rig: Rig.Rig) => Effect.map(rig.dispatcher.snapshot, ({ servers }) => servers[0]!.state)

describe("an operator", () => {
  it.live(
    "drains and resumes, ejects and restores a server, and every viewer reads who did",
    () =>
      Effect.gen(function*() {
        const rig = yield* Rig.make()
        const watching = yield* watch(rig.url, Rig.viewer)
        const { url } = rig.server
        for (
          const [operation, state] of [
            ["drain", "draining"],
            ["resume", "up"],
            ["eject", "ejected"],
            ["restore", "half-open"]
          ]
        ) {
          assert.strictEqual((yield* order(rig, { url, operation })).status, 200)
          assert.strictEqual(yield* stateOf(rig), state)
        }
        yield* Rig.post(rig, Rig.chat())
        assert.strictEqual(yield* stateOf(rig), "up")
        yield* watching.until(({ frames }) => frames.flatMap(({ journal = [] }) => journal).length >= 5)
        assert.deepStrictEqual(
          watching.frames.flatMap(({ journal = [] }) => journal.map(({ by, kind }) => [kind, by])),
          [
            ["draining", "operator"],
            ["resumed", "operator"],
            ["ejected-by-hand", "operator"],
            ["restored-by-hand", "operator"],
            ["restored", undefined]
          ]
        )
      }).pipe(Effect.scoped),
    { timeout: 20_000 }
  )

  it.live("is told what is wrong with an order, and nobody else may give one", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      const { url } = rig.server
      assert.strictEqual((yield* order(rig, { url, operation: "eject" }, Rig.viewer)).status, 403)
      assert.strictEqual((yield* order(rig, { url, operation: "eject" }, Rig.secret)).status, 403)
      assert.strictEqual((yield* order(rig, { url: "http://elsewhere", operation: "eject" })).status, 404)
      for (const body of [{ url, operation: "destroy" }, { operation: "eject" }, "no JSON", `"${"x".repeat(9_000)}"`]) {
        const response = yield* order(rig, body)
        assert.strictEqual(response.status, 400)
        assert.include(yield* Rig.text(response), "drain")
      }
      assert.strictEqual(yield* stateOf(rig), "up")
    }).pipe(Effect.scoped), { timeout: 20_000 })
})
