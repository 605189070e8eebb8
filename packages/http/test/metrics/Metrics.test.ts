/** What `/metrics` serves, beside what the page says of it; over real HTTP, on a database. */
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import { assert, it, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { readFileSync } from "node:fs"
import { Pool } from "undici"
import { folder } from "../../../store/test/support/Folder.ts"
import { page } from "../../src/metrics/MetricsPage.ts"
import * as Store from "../command/Store.ts"
import * as Jobs from "../dashboard/Jobs.ts"
import * as Served from "../Served.ts"
import { read } from "./Series.ts"

const { limit } = Store
const { ask, lab, moodle, until } = Served

const file = (url: string) => `
organisations: [{ name: univ-a, weight: 2 }, { name: univ-b }]
models:
  - name: m
    aliases: [alias]
    model: simulated
    servers: [{ url: "${url}", kind: vllm, organisation: univ-a, site: dc1, maxConcurrent: 1 }]
  - { name: nowhere, model: nowhere, servers: [] }
stt: { workers: { transcription: false, enrichment: false, translation: false, evaluation: false } }
keys:
  - { name: moodle, organisation: univ-a, priority: 5, secret: "\${MOODLE}", rights: viewer }
  - { name: lab, organisation: univ-b, priority: 1, secret: "\${LAB}" }
`

const start = Effect.gen(function*() {
  yield* Store.clean
  const server = yield* SimulatedServer.start()
  // With transcription, which has metrics of its own.
  return { server, served: yield* Served.start(file(server.url), { data: yield* folder }) }
})

const scrape = (served: Served.Served, key: string | undefined = moodle) =>
  Effect.promise(async () => {
    const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` }
    const response = await fetch(`${served.url}/metrics`, { headers })
    return { status: response.status, type: response.headers.get("content-type"), text: await response.text() }
  })

const series = (served: Served.Served) => Effect.map(scrape(served), ({ text }) => read(text))

/** One request of every fate. */
const everything = Effect.gen(function*() {
  const { server, served } = yield* start
  // As many as make a percentile.
  for (let streams = 0; streams < 5; streams++) yield* ask(served, moodle, "m", { stream: true, max_tokens: 5 })
  server.fault({ status: 429, retryAfter: 0.01 }, { times: 1 })
  yield* ask(served, moodle)
  yield* ask(served, lab, "nowhere")
  yield* ask(served, "nobody's key, which nobody has")
  // One waits behind another until its patience is spent, and a second until its client leaves.
  server.pause()
  const holder = yield* Effect.forkChild(ask(served, moodle))
  yield* until(Effect.map(served.snapshot, ({ leases }) => leases === 1))
  const withdrawn = yield* Effect.forkChild(ask(served, lab))
  yield* Served.waiting(served, 1)
  yield* Fiber.interrupt(withdrawn)
  yield* Served.waiting(served, 0)
  yield* Effect.promise(() =>
    fetch(`${served.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${lab}`, "x-max-wait": "0.05" },
      body: JSON.stringify({ model: "m", messages: [] })
    })
  )
  yield* served.dispatcher.change({ _tag: "ServerEjected", url: server.url })
  server.resume()
  yield* Fiber.join(holder)
  // The engine breaks off a stream that has begun: it fails after its arrival.
  yield* served.dispatcher.change({ _tag: "ServerRestored", url: server.url })
  server.fault({ cutAfter: 2 }, { times: 1 })
  yield* ask(served, moodle, "m", { stream: true, max_tokens: 9 })
  return { server, served }
})

layer(Store.layer, { excludeTestServices: true, timeout: "60 seconds" })("/metrics", (it) => {
  it.effect(
    "serves every name of docs/metrics.md, and no other, once there was one request of every fate",
    () =>
      Effect.gen(function*() {
        const { served } = yield* everything
        yield* Jobs.write
        const { text, type } = yield* scrape(served)
        assert.strictEqual(type, "text/plain; version=0.0.4; charset=utf-8")
        const { sampled, types } = read(text)
        const told = new Map(
          [...page().matchAll(/^\| `(\w+)` \| (counter|gauge|histogram)/gm)].map(([, name, type]) => [name!, type!])
        )
        assert.deepStrictEqual([...types].toSorted(), [...told].toSorted())
        assert.deepStrictEqual([...told.keys()].filter((name) => !sampled.has(name)), [])
      }).pipe(Effect.scoped),
    limit
  )

  it.effect("counts each fate under its model, organisation and priority", () =>
    Effect.gen(function*() {
      const { server, served } = yield* everything
      const { samples } = yield* series(served)
      const of = (name: string, labels: string) => samples.get(`${name}{${labels}}`)
      const moodleLabels = `model="m",organisation="univ-a",priority="5"`
      const labLabels = `model="m",organisation="univ-b",priority="1"`
      assert.deepStrictEqual([
        of("aiguilleur_requests_arrived_total", moodleLabels),
        of("aiguilleur_requests_granted_total", moodleLabels),
        of("aiguilleur_requests_requeued_total", moodleLabels),
        of("aiguilleur_requests_ended_total", `${moodleLabels},ending="released"`),
        of("aiguilleur_requests_ended_total", `${moodleLabels},ending="failed"`),
        of("aiguilleur_queue_wait_seconds_count", moodleLabels),
        of("aiguilleur_requests_in_flight", moodleLabels)
      ], [8, 9, 1, 7, 1, 8, 0])
      assert.deepStrictEqual([
        of("aiguilleur_requests_arrived_total", labLabels),
        of("aiguilleur_requests_granted_total", labLabels),
        of("aiguilleur_requests_requeued_total", labLabels),
        of("aiguilleur_requests_ended_total", `${labLabels},ending="withdrawn"`),
        of("aiguilleur_requests_ended_total", `${labLabels},ending="evicted"`),
        of("aiguilleur_requests_waiting", labLabels)
      ], [2, 0, 2, 1, 1, 0])
      const pair = `model="m",server="${server.url}"`
      assert.strictEqual(of("aiguilleur_attempts_total", `${pair},outcome="Busy"`), 1)
      assert.strictEqual(of("aiguilleur_attempts_total", `${pair},outcome="Broken"`), 1)
      assert.strictEqual(of("aiguilleur_ttft_seconds_count", pair), 6)
      assert.strictEqual(of("aiguilleur_ejections_total", `server="${server.url}",because="Operator"`), 1)
      assert.strictEqual(of("aiguilleur_http_rejected_total", `status="401"`), 1)
      assert.strictEqual(samples.get("aiguilleur_database_up"), 1)
    }).pipe(Effect.scoped), limit)

  it.effect("is for keys with rights alone", () =>
    Effect.gen(function*() {
      const { served } = yield* start
      assert.strictEqual((yield* scrape(served)).status, 200)
      assert.strictEqual((yield* scrape(served, lab)).status, 403)
      assert.strictEqual((yield* scrape(served, "secret-of-nobody-0123456789")).status, 401)
      const without = yield* Effect.promise(() => fetch(`${served.url}/metrics`))
      assert.strictEqual(without.status, 401)
    }).pipe(Effect.scoped), limit)

  it.effect("has as many series after 10 000 made-up models and keys as before", () =>
    Effect.gen(function*() {
      const { served } = yield* start
      const pool = yield* Effect.acquireRelease(
        Effect.sync(() => new Pool(served.url, { connections: 8 })),
        (pool) => Effect.promise(() => pool.destroy())
      )
      const invent = (i: number) =>
        Effect.promise(async () => {
          const key = i % 2 === 0 ? moodle : `sk-made-up-${i}-0123456789`
          const { body } = await pool.request({
            method: "POST",
            path: "/v1/chat/completions",
            headers: { authorization: `Bearer ${key}` },
            body: JSON.stringify({ model: `model-${i}`, priority: i, messages: [] })
          })
          await body.dump()
        })
      const names = (count: number, from: number) =>
        Effect.forEach(Array.from({ length: count }, (_, i) => from + i), invent, { concurrency: 8, discard: true })
      yield* names(60, 0)
      const before = (yield* series(served)).samples
      yield* names(10_000, 60)
      const after = (yield* series(served)).samples
      assert.deepStrictEqual([...after.keys()].filter((name) => !before.has(name)), [])
      assert.strictEqual(after.size, before.size)
      const refused = (samples: ReadonlyMap<string, number>) =>
        samples.get(`aiguilleur_requests_refused_total{model="",organisation="univ-a",reason="model_not_found"}`)!
      assert.strictEqual(refused(after) - refused(before), 5_000)
    }).pipe(Effect.scoped), { timeout: 120_000 })
})

it("docs/metrics.md is what the definitions say (else: npx node scripts/metrics.mjs)", () => {
  assert.strictEqual(readFileSync(new URL("../../../../docs/metrics.md", import.meta.url), "utf8"), page())
})
