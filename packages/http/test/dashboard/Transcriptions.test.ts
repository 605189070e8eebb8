import type { Transcriptions } from "@aiguilleur/web/dashboard/wire/Transcriptions"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { folder } from "../../../store/test/support/Folder.ts"
import * as Store from "../command/Store.ts"
import * as Served from "../Served.ts"
import * as Jobs from "./Jobs.ts"

const file = `
models: [{ name: m, servers: [{ url: "http://127.0.0.1:9", organisation: univ-a }] }]
stt: { workers: { transcription: false, enrichment: false, translation: false, evaluation: false } }
keys:
  - { name: moodle, organisation: univ-a, secret: "\${MOODLE}", rights: viewer }
  - { name: lab, organisation: univ-a, secret: "\${LAB}" }
`

const read = (served: Served.Served, key: string) =>
  Effect.promise(async () => {
    const response = await fetch(`${served.url}/dashboard/api/transcriptions`, {
      headers: { authorization: `Bearer ${key}` }
    })
    return { status: response.status, body: await response.json() as Transcriptions }
  })

layer(Store.layer, { excludeTestServices: true, timeout: "60 seconds" })("the view of transcriptions", (it) => {
  it.effect(
    "tells jobs by step, progress, and failures with their causes, and nothing of what they are about",
    () =>
      Effect.gen(function*() {
        yield* Store.clean
        const served = yield* Served.start(file, { data: yield* folder })
        yield* Jobs.write
        const { body } = yield* read(served, Served.moodle)
        const station = body.stations.find(({ station }) => station === "transcription")!
        assert.deepStrictEqual([station.waiting, station.running, station.seconds], [1, 1, [40, 58]])
        assert.strictEqual(body.at - station.oldestWaiting! >= 120_000, true)
        assert.deepStrictEqual(body.ended, { success: 1, failure: 1, mediaSeconds: 600 })
        assert.deepStrictEqual(
          body.running.map(({ by, id, progress, retries, station }) => ({ id, station, progress, by, retries })),
          [{ id: Jobs.ids.running, station: "transcription", progress: 0.25, by: "worker-1", retries: 1 }]
        )
        assert.deepStrictEqual(
          body.failures.map(({ cause, id, station }) => ({ id, station, cause })),
          [{ id: Jobs.ids.failed, station: "translation", cause: "The model refused to translate" }]
        )
        assert.deepStrictEqual(Object.keys(body.running[0]!).toSorted(), [
          "by",
          "client",
          "id",
          "media",
          "priority",
          "progress",
          "retries",
          "since",
          "station"
        ])
        assert.strictEqual((yield* read(served, Served.lab)).status, 403)
      }).pipe(Effect.scoped),
    Store.limit
  )
})
