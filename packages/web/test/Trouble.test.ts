import { assert, describe, it } from "@effect/vitest"
import { casesOf, troublesOf } from "../src/dashboard/now/Trouble.ts"
import type { Picture } from "../src/dashboard/session/Picture.ts"
import { empty, next } from "../src/dashboard/session/Picture.ts"
import type { ModelRow, PairRow, ServerRow } from "../src/dashboard/wire/Live.ts"

const at = 1_800_000_000_000

const pair = (fields: Partial<PairRow> = {}): PairRow => ({ model: "m", ...fields })

const server = (fields: Partial<ServerRow> = {}): ServerRow => ({
  kind: "vllm",
  organisation: "univ-a",
  site: "dc1",
  maxConcurrent: 4,
  headroom: 0,
  ownerReserve: 0,
  leases: 0,
  holders: [],
  state: "up",
  cold: false,
  pairs: [pair()],
  ...fields
})

const model = (fields: Partial<ModelRow> = {}): ModelRow => ({
  strategy: "least-busy",
  policy: "performance",
  ttftThreshold: 500,
  patience: 570_000,
  waiting: [],
  running: [],
  pace: 0,
  longest: [],
  losses: [],
  ...fields
})

const picture = (servers: Readonly<Record<string, ServerRow>>, m: Partial<ModelRow> = {}): Picture =>
  next(empty, { at, whole: true, models: { m: model(m) }, servers, pools: {}, journal: [] })

const ejected = server({
  state: "ejected",
  because: "Down",
  since: at - 60_000,
  ejectedUntil: at + 5_000,
  pairs: [pair({ obstacle: "ejected" })]
})

describe("what needs somebody", () => {
  it("is nothing while servers are up, however full they are", () => {
    const full = server({ leases: 4, pairs: [pair({ obstacle: "full", ttft: 300, bucket: 0 })] })
    assert.deepStrictEqual(troublesOf(picture({ a: full }, { waiting: [["univ-a", 1, 9, at - 5_000]] })), [])
  })

  it("is a server that does not answer: since when, who waits, what is left", () => {
    const [trouble, ...others] = troublesOf(picture({ a: server(), b: ejected }, {
      waiting: [["univ-a", 5, 2, at - 3_000], ["univ-b", 1, 7, at - 9_000], ["univ-a", 1, 1, at - 1_000]],
      losses: [["univ-b", 0, 2, 1]]
    }))
    assert.deepStrictEqual(others.map(({ kind }) => kind), ["losing"])
    assert.deepInclude(trouble, {
      kind: "ejected",
      server: "b",
      since: at - 60_000,
      until: at + 5_000,
      because: "Down"
    })
    assert.deepStrictEqual(trouble!.hurts, [{
      model: "m",
      up: 1,
      of: 2,
      waiting: [["univ-b", 7], ["univ-a", 3]],
      oldest: at - 9_000,
      lost: [["univ-b", 3]]
    }])
  })

  it("puts a model without any server first", () => {
    const kinds = troublesOf(
      picture({ a: ejected, b: server({ state: "draining", pairs: [pair({ obstacle: "draining" })] }) })
    )
      .map(({ kind }) => kind)
    assert.deepStrictEqual(kinds, ["no-server", "ejected", "draining"])
  })

  it("holds a slow server against the threshold where that is crossed, else against the best", () => {
    const slow = (ttft: number) =>
      troublesOf(
        picture({
          a: server({ pairs: [pair({ ttft: 100, bucket: 0 })] }),
          b: server({ pairs: [pair({ ttft, bucket: 4, slowSince: at - 9_000 })] })
        })
      ).map(({ against, kind, since, ttft }) => [kind, since, ttft, against])
    assert.deepStrictEqual(slow(900), [["slow", at - 9_000, 900, 500]])
    assert.deepStrictEqual(slow(450), [["slow", at - 9_000, 450, 100]])
  })

  it("compares a slow server with those that take work", () => {
    const [, slow] = troublesOf(picture({
      a: server({ ...ejected, pairs: [pair({ ttft: 20, obstacle: "ejected" })] }),
      b: server({ pairs: [pair({ ttft: 80, bucket: 0 })] }),
      c: server({ pairs: [pair({ ttft: 400, bucket: 3, slowSince: at - 9_000 })] })
    }))
    assert.deepInclude(slow, { kind: "slow", server: "c", against: 80 })
  })

  it("is a long wait, or what was lost, where no server explains it", () => {
    const kinds = (m: Partial<ModelRow>) => troublesOf(picture({ a: server() }, m)).map(({ kind }) => kind)
    assert.deepStrictEqual(kinds({ waiting: [["univ-a", 1, 1, at - 29_000]] }), [])
    assert.deepStrictEqual(kinds({ waiting: [["univ-a", 1, 1, at - 31_000]] }), ["long-wait"])
    assert.deepStrictEqual(kinds({ patience: 10_000, waiting: [["univ-a", 1, 1, at - 6_000]] }), ["long-wait"])
    assert.deepStrictEqual(kinds({ losses: [["univ-a", 0, 1, 0]] }), ["losing"])
    assert.deepStrictEqual(kinds({ losses: [["univ-a", 3, 0, 0]] }), [])
  })

  it("is told once for those whom it hurts, with its causes together and without its symptoms", () => {
    const cases = casesOf(troublesOf(picture({ a: ejected, b: server({ heldOffUntil: at + 9_000 }) }, {
      losses: [["univ-a", 0, 1, 0]]
    })))
    assert.deepStrictEqual(cases.map(({ id, troubles }) => [id, troubles.map(({ kind }) => kind)]), [
      ["m", ["ejected", "held-off"]]
    ])
  })
})

describe("the picture", () => {
  it("keeps what did not change, the same object, and forgets what is gone", () => {
    const before = picture({ a: server(), b: ejected })
    const after = next(before, { at: at + 250, servers: { b: null }, flow: [["m", "univ-a", 5, "a", 2]] })
    assert.strictEqual(after.servers.get("a"), before.servers.get("a"))
    assert.strictEqual(after.models, before.models)
    assert.isFalse(after.servers.has("b"))
    assert.deepStrictEqual(next(after, { at: at + 500 }).flow, [])
  })
})
