/** A database that is there and does not answer: it stands still, or a statement hangs and with it every connection. */
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import * as Database from "@aiguilleur/store/Database"
import { Usage } from "@aiguilleur/store/Usage"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, type Scope } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { always, empty, quiet } from "../../../store/test/support/Fixture.ts"
import { embedded, TestServer } from "../../../store/test/support/TestServer.ts"
import { repositories } from "../../src/command/StoreAccess.ts"
import * as Served from "../Served.ts"
import * as Cluster from "./Cluster.ts"

const { ask, lab, moodle, until } = Served

const file = (url: string) => `
models:
  - { name: m, model: simulated, servers: [{ url: "${url}", organisation: univ-a, maxConcurrent: 4 }] }
keys:
  - { name: moodle, organisation: univ-a, secret: "\${MOODLE}" }
  - { name: lab, organisation: univ-a, secret: "\${LAB}" }
`

/** Two of the connections listen, so that one statement that hangs leaves none. */
const fewConnections = Layer.provideMerge(
  repositories,
  Layer.unwrap(Effect.map(TestServer, ({ options }) => Database.layer({ ...options, connections: 3 })))
).pipe(Layer.provideMerge(embedded), Layer.provideMerge(NodeServices.layer))

/** What goes on meanwhile: everything of a known key, and a clear no for a key that cannot be looked up. */
const goesOn = Effect.fnUntraced(
  function*(trouble: Effect.Effect<Effect.Effect<void>, never, TestServer | Scope.Scope>) {
    yield* empty
    const engine = yield* SimulatedServer.start()
    const served = yield* Served.start(file(engine.url))
    let answered = 0
    const known = Effect.map(ask(served, moodle), ({ status }) => {
      assert.strictEqual(status, 200)
      answered++
    })
    yield* until(Effect.map(known, () => served.remembered() === 1))
    const end = yield* trouble
    for (let times = 0; times < 50; times++) yield* known
    const strangers = yield* Effect.all(Array.from({ length: 12 }, () => ask(served, lab)), {
      concurrency: "unbounded"
    })
    for (const { status, text } of strangers) {
      assert.strictEqual(status, 503)
      assert.include(text, "keys_unavailable")
    }
    assert.isAbove(served.usage.pending(), 0)
    yield* end
    yield* until(Effect.map(ask(served, lab), ({ status }) => status === 200))
    yield* until(Effect.sync(() => served.usage.pending() === 0))
    assert.strictEqual(served.usage.lost(), 0)
    // And the stranger's; none twice, although a statement may have been sent twice.
    assert.strictEqual(yield* (yield* Usage).count(always), answered + 1)
    const { leases, waiting } = yield* served.snapshot
    assert.deepStrictEqual({ leases, waiting }, { leases: 0, waiting: 0 })
    yield* served.stop
  }
)

layer(fewConnections, { excludeTestServices: true, timeout: "60 seconds" })("A database that does not answer", (it) => {
  it.effect(
    "because it stands still costs no request of a known key, no row and no slot",
    () =>
      goesOn(Effect.gen(function*() {
        const { options } = yield* TestServer
        return (yield* Cluster.pause(options.data!)).resume
      })).pipe(Effect.provide(quiet)),
    60_000
  )

  it.effect(
    "because a statement hangs and holds every connection costs none of them either",
    () =>
      goesOn(Effect.gen(function*() {
        const { options } = yield* TestServer
        const locked = yield* Deferred.make<void>()
        const end = yield* Deferred.make<void>()
        const locking = Effect.gen(function*() {
          const sql = yield* SqlClient
          yield* sql`LOCK TABLE usage, keys IN ACCESS EXCLUSIVE MODE`
          yield* Deferred.succeed(locked, undefined)
          yield* Deferred.await(end)
        })
        const lock = yield* Effect.forkChild(
          Effect.flatMap(SqlClient, (sql) => sql.withTransaction(locking)).pipe(
            Effect.provide(Database.layer(options)),
            Effect.orDie
          )
        )
        yield* Deferred.await(locked)
        return Effect.andThen(Deferred.succeed(end, undefined), Fiber.join(lock))
      })).pipe(Effect.provide(quiet)),
    60_000
  )
})
