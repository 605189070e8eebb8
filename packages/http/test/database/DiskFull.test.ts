/** The disk under the embedded database fills up while requests come in, and is freed again. */
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import * as Database from "@aiguilleur/store/Database"
import { Usage } from "@aiguilleur/store/Usage"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { always, quiet } from "../../../store/test/support/Fixture.ts"
import { folder } from "../../../store/test/support/Folder.ts"
import { repositories } from "../../src/command/StoreAccess.ts"
import * as Served from "../Served.ts"

const { ask, moodle, until } = Served

const file = (url: string) => `
models:
  - { name: m, model: simulated, servers: [{ url: "${url}", organisation: univ-a, maxConcurrent: 4 }] }
keys:
  - { name: moodle, organisation: univ-a, secret: "\${MOODLE}" }
`

const smallDisk = Effect.flatMap(folder, (data) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      spawnSync("mount", ["-t", "tmpfs", "-o", "size=160m,mode=755", "tmpfs", data]).status === 0 ? data : undefined
    ),
    (mounted) => Effect.sync(() => mounted !== undefined && spawnSync("umount", [mounted]))
  ))

/** Takes every byte that is left. */
const fill = (filler: string) => {
  const handle = fs.openSync(filler, "w")
  const piece = Buffer.alloc(4096, "x")
  try {
    for (;;) fs.writeSync(handle, piece)
  } catch (error) {
    assert.strictEqual((error as NodeJS.ErrnoException).code, "ENOSPC")
  } finally {
    fs.closeSync(handle)
  }
}

const store = (data: string) =>
  Layer.provideMerge(repositories, Database.layer({ data, role: "gateway" })).pipe(
    Layer.provideMerge(NodeServices.layer)
  )

it.live("A disk that fills up costs no request and no row", (test) =>
  Effect.gen(function*() {
    const data = yield* smallDisk
    if (data === undefined) return test.skip("this user may not mount a small disk")
    const engine = yield* SimulatedServer.start()
    yield* Effect.gen(function*() {
      const served = yield* Served.start(file(engine.url))
      const usage = yield* Usage
      const sql = yield* SqlClient
      let answered = 0
      const known = Effect.map(ask(served, moodle), ({ status }) => {
        assert.strictEqual(status, 200)
        answered++
      })
      yield* until(Effect.map(known, () => served.remembered() === 1))
      const filler = path.join(data, "filler")
      fill(filler)
      // The log has no room for its next segment either: a server that cannot write it gives up.
      yield* Effect.ignore(sql`SELECT pg_switch_wal()`)
      yield* until(Effect.map(known, () => served.usage.pending() > 200))
      fs.rmSync(filler)
      yield* until(Effect.sync(() => served.usage.pending() === 0))
      assert.strictEqual(served.usage.lost(), 0)
      assert.strictEqual(yield* usage.count(always), answered)
      yield* served.stop
    }).pipe(Effect.provide(store(data)), Effect.scoped, Effect.provide(quiet))
  }), 120_000)
