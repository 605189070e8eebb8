/** A database that goes away under a running gateway, and comes back. */
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import * as Database from "@aiguilleur/store/Database"
import { Usage } from "@aiguilleur/store/Usage"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { always, quiet } from "../../store/test/support/Fixture.ts"
import { embedded, TestServer } from "../../store/test/support/TestServer.ts"
import { repositories } from "../src/command/StoreAccess.ts"
import * as Store from "./command/Store.ts"
import * as Served from "./Served.ts"

const { ask, lab, moodle, until } = Served

const file = (url: string, model = "m") => `
models:
  - { name: ${model}, model: simulated, servers: [{ url: "${url}", organisation: univ-a, maxConcurrent: 4 }] }
keys:
  - { name: moodle, organisation: univ-a, secret: "\${MOODLE}" }
  - { name: lab, organisation: univ-a, secret: "\${LAB}" }
`

const onServer = Layer.provideMerge(
  repositories,
  Layer.unwrap(Effect.map(TestServer, ({ options }) => Database.layer(options)))
).pipe(Layer.provideMerge(embedded), Layer.provideMerge(NodeServices.layer))

layer(onServer, { excludeTestServices: true, timeout: "60 seconds" })("A database that goes away", (it) => {
  it.effect(
    "costs no request of a known key, no row, no slot; a stranger gets 503; a reload changes nothing",
    () =>
      Effect.gen(function*() {
        const engine = yield* SimulatedServer.start()
        const server = yield* TestServer
        const served = yield* Served.start(file(engine.url))
        assert.strictEqual((yield* ask(served, moodle)).status, 200)
        const load = { on: true }
        let answered = 1
        const client = Effect.gen(function*() {
          while (load.on) {
            assert.strictEqual((yield* ask(served, moodle)).status, 200)
            answered++
          }
        })
        const clients = yield* Effect.forEach([1, 2, 3, 4, 5, 6], () => Effect.forkChild(client))
        yield* server.stop
        const before = answered
        yield* until(Effect.sync(() => answered >= before + 50))
        // Of the file, but never seen by this gateway.
        const stranger = yield* ask(served, lab)
        assert.strictEqual(stranger.status, 503)
        assert.include(stranger.text, "keys_unavailable")
        yield* served.write(file(engine.url, "other"))
        assert.isFalse(yield* served.reload)
        assert.strictEqual((yield* served.snapshot).models[0]!.name, "m")
        assert.isAbove(served.usage.pending(), 0)
        yield* server.start
        load.on = false
        for (const fiber of clients) yield* Fiber.join(fiber)
        yield* until(Effect.map(ask(served, lab), ({ status }) => status === 200))
        yield* until(Effect.sync(() => served.usage.pending() === 0))
        assert.strictEqual(served.usage.lost(), 0)
        const usage = yield* Usage
        // That of the stranger who became known included.
        assert.strictEqual(yield* usage.count(always), answered + 1)
        const { leases, waiting } = yield* served.snapshot
        assert.deepStrictEqual({ leases, waiting }, { leases: 0, waiting: 0 })
        assert.isTrue(yield* served.reload)
      }).pipe(Effect.provide(quiet)),
    Store.limit
  )
})
