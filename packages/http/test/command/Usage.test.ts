import * as TraceFile from "@aiguilleur/lab/scenario/TraceFile"
import { Usage } from "@aiguilleur/store/Usage"
import { batchOf } from "@aiguilleur/store/UsageBatch"
import type { UsageRow } from "@aiguilleur/store/UsageRow"
import { assert, layer } from "@effect/vitest"
import { Effect, Result } from "effect"
import { randomUUID } from "node:crypto"
import { cell } from "../../src/command/UsageExport.ts"
import * as Store from "./Store.ts"

const { limit, run } = Store

const row: UsageRow = {
  requestId: "request-1",
  keyId: "key-1",
  keyName: "moodle, \"the\" one",
  organisation: "univ-a",
  model: "mistral31-24b",
  endpoint: "/v1/chat/completions",
  server: "http://10.0.0.1:8000",
  serverOrganisation: "univ-b",
  site: "dc1",
  stream: true,
  arrivedAt: Date.UTC(2026, 10, 1),
  grantedAt: Date.UTC(2026, 10, 1, 0, 0, 1),
  firstByteAt: null,
  finishedAt: Date.UTC(2026, 10, 1, 0, 0, 2),
  promptTokens: 3,
  outputTokens: 4,
  audioSeconds: null,
  estimated: false,
  strategy: "least-busy",
  policy: "performance",
  requeues: 1,
  attempts: 1,
  priority: 5,
  routingMode: "any",
  ending: "released",
  reason: null,
  status: 200,
  leasesAtGrant: 2,
  score: 12.5
}

const rows: ReadonlyArray<UsageRow> = [
  row,
  { ...row, requestId: "request-2", organisation: "univ-b", model: "=1+1", finishedAt: Date.UTC(2026, 10, 2) },
  { ...row, requestId: "request-3", finishedAt: Date.UTC(2026, 11, 1) }
]

const start = Effect.gen(function*() {
  yield* Store.clean
  yield* (yield* Usage).insert(batchOf(randomUUID(), 0, rows))
})

const november = ["usage", "export", "--from", "2026-11-01", "--to", "2026-12-01"]

layer(Store.layer, { excludeTestServices: true, timeout: "60 seconds" })("aiguilleur usage export", (it) => {
  it.effect(
    "writes CSV, with a head and what finished from the first day until before the last",
    () =>
      Effect.gen(function*() {
        yield* start
        const { code, out } = yield* run(...november)
        assert.strictEqual(code, 0)
        const [head, first, second, end] = out.split("\r\n")
        assert.match(head!, /^request_id,key_id,key_name,organisation,model,.*,arrived_at,.*,leases_at_grant,score$/)
        assert.strictEqual(
          first,
          "request-1,key-1,\"moodle, \"\"the\"\" one\",univ-a,mistral31-24b,/v1/chat/completions,http://10.0.0.1:8000," +
            "univ-b,dc1,true,2026-11-01T00:00:00.000Z,2026-11-01T00:00:01.000Z,,2026-11-01T00:00:02.000Z,3,4,,false," +
            "least-busy,performance,1,1,5,any,released,,200,2,12.5"
        )
        assert.include(second!, ",'=1+1,")
        assert.strictEqual(end, "")
      }),
    limit
  )

  it.effect("writes JSON, filtered, and an empty list where nothing matches", () =>
    Effect.gen(function*() {
      yield* start
      const ids = (...more: ReadonlyArray<string>) =>
        Effect.map(run(...november, ...more), ({ out }) =>
          (JSON.parse(out) as ReadonlyArray<{ requestId: string }>).map(({ requestId }) => requestId))
      assert.deepStrictEqual(yield* ids("--format", "json"), ["request-1", "request-2"])
      assert.deepStrictEqual(yield* ids("--json", "--organisation", "univ-b"), ["request-2"])
      assert.deepStrictEqual(yield* ids("--json", "--model", "mistral31-24b"), ["request-1"])
      assert.deepStrictEqual(yield* ids("--json", "--model", "nothing"), [])
      const { out } = yield* run(...november, "--json")
      assert.deepInclude(JSON.parse(out)[0], { arrivedAt: "2026-11-01T00:00:00.000Z", firstByteAt: null, score: 12.5 })
    }), limit)

  it.effect(
    "writes a trace that the laboratory reads: who, when, how much, and nothing else",
    () =>
      Effect.gen(function*() {
        yield* Store.clean
        const waiting = { promptTokens: null, outputTokens: null, server: null }
        yield* (yield* Usage).insert(
          batchOf(randomUUID(), 0, [
            row,
            { ...row, ...waiting, ending: "withdrawn", keyName: "lab", priority: 0, routingMode: "private-only" },
            { ...row, endpoint: "/v1/embeddings", outputTokens: null },
            // of no model that there is, refused before it was known whose it is, and speech
            { ...row, strategy: null, model: "nothing" },
            { ...row, organisation: null },
            { ...row, endpoint: "/v1/audio/transcriptions", audioSeconds: 12 }
          ])
        )
        const { out } = yield* run(...november, "--format", "trace")
        const at = "2026-11-01T00:00:00.000Z"
        assert.strictEqual(
          out,
          [
            "at,organisation,key,model,priority,routing_mode,prompt_tokens,output_tokens",
            `${at},univ-a,"moodle, ""the"" one",mistral31-24b,5,any,3,4`,
            `${at},univ-a,lab,mistral31-24b,0,private-only,,`,
            `${at},univ-a,"moodle, ""the"" one",mistral31-24b,5,any,3,0`,
            ""
          ].join("\r\n")
        )
        const rows = Result.getOrThrow(TraceFile.parse(out))
        assert.deepStrictEqual(rows.map(({ key, output, prompt }) => [key, prompt, output]), [
          ["moodle, \"the\" one", 3, 4],
          ["lab", undefined, undefined],
          ["moodle, \"the\" one", 3, 0]
        ])
      }),
    limit
  )

  it.effect("is what is left of it once the old is purged, which says how much that was", () =>
    Effect.gen(function*() {
      yield* start
      const { code, out } = yield* run("usage", "purge", "--before", "2026-11-02")
      assert.deepStrictEqual([code, out], [0, "1 row from before 2026-11-02T00:00:00.000Z is gone.\n"])
      assert.deepStrictEqual(JSON.parse((yield* run("usage", "purge", "--before", "2026-12-01", "--json")).out), {
        before: "2026-12-01T00:00:00.000Z",
        rows: 1
      })
      assert.strictEqual((yield* run(...november, "--json")).out, "[\n]\n")
      const { code: refused, err } = yield* run("usage", "purge")
      assert.notStrictEqual(refused, 0)
      assert.include(err, "before")
    }), limit)

  it.effect("refuses dates that are none, and a span that ends before it begins", () =>
    Effect.gen(function*() {
      for (const from of ["yesterday", "2026-13-01", "2026-11-31", "1"]) {
        const { code, err } = yield* run("usage", "export", "--from", from)
        assert.strictEqual(code, 1)
        assert.include(err, `a day like 2026-11-01 (UTC) or an instant with its zone, found "${from}"`)
      }
      const { err } = yield* run("usage", "export", "--from", "2026-12-01", "--to", "2026-11-01")
      assert.strictEqual(err, "Nothing to export: --from is after --to.\n")
    }), limit)

  it("lets no spreadsheet take text for a formula", () => {
    assert.deepStrictEqual(
      ["=A1", "+1", "-1", "@x", "\tx", "a=b", "a\nb", -1, true, null].map(cell),
      ["'=A1", "'+1", "'-1", "'@x", "'\tx", "a=b", "\"a\nb\"", "-1", "true", ""]
    )
  })
})
