/** The real program is told to end while its embedded database does not answer. */
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { folder } from "../../../store/test/support/Folder.ts"
import * as Gateway from "../campaign/Gateway.ts"
import * as Remains from "../faults/Remains.ts"
import { moodle } from "../Served.ts"
import * as Cluster from "./Cluster.ts"

const file = (url: string, weight: number) => `
organisations: [{ name: univ-a, weight: ${weight} }]
models:
  - { name: m, model: simulated, servers: [{ url: "${url}", organisation: univ-a, maxConcurrent: 4 }] }
keys:
  - { name: moodle, organisation: univ-a, secret: "${moodle}" }
`

/** Gone with the test, however that ends. */
const started = (home: string) =>
  Effect.acquireRelease(
    Effect.promise(() => Gateway.serve(home)),
    (gateway) =>
      Effect.promise(async () => {
        gateway.signal("SIGKILL")
        await gateway.ended
      })
  )

describe("A gateway whose database stands still", () => {
  it.live("ends when it is told to, says how many rows are lost, and starts again", () =>
    Effect.gen(function*() {
      const home = yield* folder
      const engine = yield* SimulatedServer.start()
      const write = (weight: number) =>
        Effect.promise(() => fs.writeFile(path.join(home, "aiguilleur.yaml"), file(engine.url, weight)))
      yield* write(1)
      const gateway = yield* started(home)
      // Known from its second request on at the latest: the first one may have come while the keys were still read.
      for (let n = 0; n < 3; n++) yield* Effect.promise(() => Gateway.ask(gateway.url, moodle, `before-${n}`))
      const paused = yield* Cluster.pause(path.join(home, "data"))
      assert.strictEqual(yield* Effect.promise(() => Gateway.ask(gateway.url, moodle, "meanwhile")), 200)
      // A reload hangs as well, and does not hold up the end.
      yield* write(2)
      gateway.signal("SIGHUP")
      yield* Remains.heard
      gateway.signal("SIGTERM")
      // In order if it can, else by its last resort.
      assert.include([0, 1], yield* Effect.promise(() => gateway.ended))
      assert.match(gateway.said(), /\d+ usage rows were lost/)
      yield* paused.resume
      const again = yield* started(home)
      assert.strictEqual(yield* Effect.promise(() => Gateway.ask(again.url, moodle, "after")), 200)
      again.signal("SIGTERM")
      assert.strictEqual(yield* Effect.promise(() => again.ended), 0)
    }), 120_000)
})
