/** Every page of `fixtures/wire`, understood by the driver of its kind as its folder says. */
import { ServerKind } from "@aiguilleur/core/Server"
import { defaults } from "@aiguilleur/core/Settings"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { FetchHttpClient } from "effect/http"
import { drivers, kinds } from "../src/Backends.ts"
import { answer, modelOf, serverOf } from "./suite/BackendSuite.ts"
import * as StubEngine from "./suite/StubEngine.ts"
import { entries, page } from "./Wire.ts"

const Expected = Schema.Union([
  Schema.Struct({ status: Schema.Int, outcome: Schema.String }),
  Schema.Struct({ path: Schema.String, model: Schema.String, load: Schema.NullOr(Schema.Json) }),
  Schema.Struct({ path: Schema.String, status: Schema.Int, health: Schema.Literals(["up", "down"]) }),
  Schema.Struct({ sample: Schema.String })
])

const Folder = Schema.fromJsonString(
  Schema.Struct({ kind: ServerKind, pages: Schema.Record(Schema.String, Expected) })
)

const read = Schema.decodeUnknownSync(Folder, { onExcessProperty: "error" })

const folders = entries("").filter((name) => !name.includes(".md")).map((name) => {
  const { kind, pages } = read(page(`${name}/pages.json`))
  return { name, kind, pages }
})

const rig = Effect.fnUntraced(function*(kind: ServerKind, path: string, status: number, body: string) {
  const engine = yield* StubEngine.start
  engine.answers(path, { status, body })
  const backend = yield* Effect.provide(drivers[kind].make(defaults), FetchHttpClient.layer)
  return { backend, server: serverOf(kind, { url: engine.url }) }
})

describe("fixtures/wire", () => {
  it("has pages for every kind", () => {
    assert.sameMembers([...new Set(folders.map(({ kind }) => kind))], [...kinds])
  })

  it.each(folders)("says of $name how its pages came about, and names them all", ({ name, pages }) => {
    assert.match(page(`${name}/README.md`), /^# .*\n\n\*(?:Recorded|Written from source)\*/)
    const files = entries(name).filter((file) => file !== "README.md" && file !== "pages.json")
    assert.sameMembers(files, Object.keys(pages))
  })
})

for (const { kind, name, pages } of folders) {
  describe(`fixtures/wire/${name}`, () => {
    for (const [file, expected] of Object.entries(pages)) {
      const body = page(`${name}/${file}`)
      if ("outcome" in expected) {
        it(`answers ${expected.outcome} for ${file}`, () => {
          const outcome = drivers[kind].classify(answer(expected.status, body))
          const said = outcome._tag === "Misconfigured" ? `${outcome._tag} ${outcome.scope}` : outcome._tag
          assert.strictEqual(said, expected.outcome)
        })
      }
      if ("load" in expected) {
        it.effect(`reads the load of ${file}`, () =>
          Effect.gen(function*() {
            const { backend, server } = yield* rig(kind, expected.path, 200, body)
            const load = (yield* backend.load(server, [modelOf({ engineName: expected.model })])).get("small")
            assert.deepStrictEqual<unknown>(load ?? null, expected.load)
          }))
      }
      if ("health" in expected) {
        it.effect(`is ${expected.health} with ${file}`, () =>
          Effect.gen(function*() {
            const { backend, server } = yield* rig(kind, expected.path, expected.status, body)
            assert.strictEqual(yield* backend.health(server), expected.health)
          }))
      }
    }
  })
}
