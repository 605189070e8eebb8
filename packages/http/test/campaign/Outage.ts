/** Takes the database away under a running gateway and its load, and counts what came of every request. */
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import * as Database from "@aiguilleur/store/Database"
import { Usage } from "@aiguilleur/store/Usage"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, Fiber, Layer } from "effect"
import { always, quiet } from "../../../store/test/support/Fixture.ts"
import { embedded, TestServer } from "../../../store/test/support/TestServer.ts"
import { repositories } from "../../src/command/StoreAccess.ts"
import * as Served from "../Served.ts"

const { ask, lab, moodle, until } = Served

export interface Outcome {
  /** Of a known key, before, during and after. */
  readonly answered: number
  readonly duringOutage: number
  /** Statuses of a known key's requests that were not 200. */
  readonly failed: ReadonlyArray<number>
  /** Status and code of a key of the file that this gateway has never seen. */
  readonly stranger: { readonly status: number; readonly code: string }
  /** Whether a file that changed meanwhile was applied: during the outage, and after it. */
  readonly reloaded: readonly [during: boolean, after: boolean]
  readonly waitedRows: number
  readonly rows: number
  readonly lostRows: number
  readonly leases: number
  readonly waiting: number
}

const clients = 6

const file = (url: string, model = "m") => `
models:
  - { name: ${model}, model: simulated, servers: [{ url: "${url}", organisation: univ-a, maxConcurrent: 4 }] }
keys:
  - { name: moodle, organisation: univ-a, secret: "\${MOODLE}" }
  - { name: lab, organisation: univ-a, secret: "\${LAB}" }
`

/** A server that nobody starts again behind the outage's back. */
export const layer = Layer.provideMerge(
  repositories,
  Layer.unwrap(Effect.map(TestServer, ({ options }) => Database.layer(options)))
).pipe(Layer.provideMerge(embedded), Layer.provideMerge(NodeServices.layer))

/** `lasting` is given how many were answered so far, and ends with the outage. */
export const run = Effect.fnUntraced(function*(lasting: (answered: () => number) => Effect.Effect<void>) {
  const engine = yield* SimulatedServer.start()
  const server = yield* TestServer
  const served = yield* Served.start(file(engine.url))
  const load = { on: true }
  const failed: Array<number> = []
  let answered = 0
  const once = Effect.map(ask(served, moodle), ({ status }) => {
    if (status === 200) answered++
    else failed.push(status)
  })
  yield* until(Effect.map(once, () => served.remembered() === 1))
  const client = Effect.gen(function*() {
    while (load.on) yield* once
  })
  const fibers = yield* Effect.forEach(Array.from({ length: clients }), () => Effect.forkChild(client))
  yield* server.stop
  const before = answered
  yield* lasting(() => answered)
  const stranger = yield* ask(served, lab)
  yield* served.write(file(engine.url, "other"))
  const during = yield* served.reload
  const waitedRows = served.usage.pending()
  const duringOutage = answered - before
  yield* server.start
  load.on = false
  yield* Effect.forEach(fibers, Fiber.join)
  // One more row: that of the stranger who becomes known.
  yield* until(Effect.map(ask(served, lab), ({ status }) => status === 200))
  yield* until(Effect.sync(() => served.usage.pending() === 0))
  const rows = yield* (yield* Usage).count(always)
  const { leases, waiting } = yield* served.snapshot
  const after = yield* served.reload
  yield* served.stop
  return {
    answered: answered + 1,
    duringOutage,
    failed,
    stranger: { status: stranger.status, code: String(JSON.parse(stranger.text).error.code) },
    reloaded: [during, after],
    waitedRows,
    rows,
    lostRows: served.usage.lost(),
    leases,
    waiting
  } satisfies Outcome as Outcome
}, Effect.provide(quiet))
