import { assert, describe, it } from "@effect/vitest"
import { Frames } from "../../src/dashboard/Frames.ts"
import type { Rows } from "../../src/dashboard/Rows.ts"

const rows = (servers: Readonly<Record<string, string>>): Rows => ({
  models: new Map(),
  servers: new Map(Object.entries(servers)),
  pools: new Map()
})

const read = (event: string | undefined) => event === undefined ? undefined : JSON.parse(event.slice("data: ".length))

describe("Frames", () => {
  it("holds what changed and nothing else", () => {
    const frames = new Frames()
    frames.next(1, rows({ a: "{\"n\":1}", b: "{\"n\":1}" }), [], [])
    assert.deepStrictEqual(read(frames.next(2, rows({ a: "{\"n\":1}", b: "{\"n\":2}" }), [], [])), {
      at: 2,
      servers: { b: { n: 2 } }
    })
    assert.isUndefined(frames.next(3, rows({ a: "{\"n\":1}", b: "{\"n\":2}" }), [], []))
  })

  it("says that a row is gone, whatever its name", () => {
    const frames = new Frames()
    frames.next(1, rows({ "\"quoted\"": "1", b: "1" }), [], [])
    assert.deepStrictEqual(read(frames.next(2, rows({ b: "1" }), [], [])).servers, { "\"quoted\"": null })
  })

  it("gives the whole as of the last frame", () => {
    const frames = new Frames()
    frames.next(1, rows({ a: "1" }), [], [])
    frames.next(2, rows({ a: "2", b: "3" }), [], [])
    assert.deepStrictEqual(read(frames.whole([])), {
      at: 2,
      whole: true,
      models: {},
      servers: { a: 2, b: 3 },
      pools: {},
      journal: []
    })
  })
})
