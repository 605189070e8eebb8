/** Applies two files in turn under load that share only keys, model names and one server for each model. */
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import { Effect, Fiber } from "effect"
import { quiet } from "../../../store/test/support/Fixture.ts"
import * as Served from "../Served.ts"

const { ask, lab, moodle } = Served

export interface Outcome {
  readonly reloads: number
  /** Numbers of the reloads that were not applied. */
  readonly refused: ReadonlyArray<number>
  readonly answered: number
  /** What clients were told instead of an answer. */
  readonly failed: ReadonlyArray<string>
  readonly leases: number
  readonly waiting: number
}

const clients = 8

interface Urls {
  readonly common: ReadonlyArray<string>
  readonly one: string
  readonly two: string
}

const first = ({ common, one }: Urls) => `
timeouts: { firstByte: 100 seconds, idle: 50 seconds, shutdown: 10 seconds }
organisations: [{ name: univ-a, weight: 1 }, { name: univ-b }]
models:
  - name: m
    model: simulated
    aliases: [before]
    servers:
      - { url: "${common[0]}", organisation: univ-a, site: dc1, maxConcurrent: 4 }
      - { url: "${one}", organisation: univ-a, site: dc1, maxConcurrent: 2 }
  - name: n
    model: simulated
    strategy: least-busy
    policy: performance
    ttftThreshold: 10 seconds
    servers: [{ url: "${common[1]}", organisation: univ-b, site: dc2, maxConcurrent: 3, headroom: 1 }]
keys:
  - { name: moodle, organisation: univ-a, priority: 3, secret: "\${MOODLE}" }
  - { name: lab, organisation: univ-b, priority: 1, secret: "\${LAB}" }
`

const second = ({ common, two }: Urls) => `
timeouts: { firstByte: 90 seconds, idle: 40 seconds, shutdown: 20 seconds }
organisations: [{ name: univ-b, weight: 2 }, { name: univ-a, weight: 3 }, { name: univ-c }]
models:
  - name: n
    model: simulated
    strategy: round-robin
    policy: concurrent-requests
    patience: 60 seconds
    servers:
      - { url: "${two}", organisation: univ-c, site: dc3, maxConcurrent: 1 }
      - { url: "${common[1]}", organisation: univ-a, site: dc3, maxConcurrent: 1, ownerReserve: 1 }
  - name: m
    model: simulated
    aliases: [after]
    strategy: least-busy
    policy: none
    servers:
      - { url: "${two}", organisation: univ-c, site: dc3, maxConcurrent: 1 }
      - { url: "${common[0]}", organisation: univ-b, site: dc2, maxConcurrent: 2 }
  - { name: extra, model: simulated, servers: [{ url: "${two}", organisation: univ-c, site: dc3, maxConcurrent: 1 }] }
keys:
  - { name: lab, organisation: univ-b, priority: 5, threshold: 1000, routingMode: private-first, secret: "\${LAB}" }
  - { name: moodle, organisation: univ-a, priority: 1, email: it@univ-a.example, secret: "\${MOODLE}" }
  - { name: spare, organisation: univ-c, secret: "secret-of-spare-0123456789" }
`

/** The common servers are shared by both files, one for each model; the others come and go. */
export const run = Effect.fnUntraced(function*(reloads: number) {
  const engines = yield* Effect.forEach([0, 1, 2, 3], () => SimulatedServer.start())
  const [zero, other, one, two] = engines.map(({ url }) => url) as [string, string, string, string]
  const urls = { common: [zero, other], one, two }
  const files = [first(urls), second(urls)] as const
  const served = yield* Served.start(files[0])
  const failed: Array<string> = []
  const refused: Array<number> = []
  let answered = 0
  const progress = { done: 0 }
  const client = Effect.fnUntraced(function*(at: number) {
    while (progress.done < reloads) {
      const [key, model] = [at % 2 === 0 ? moodle : lab, at % 4 < 2 ? "m" : "n"]
      const { status, text } = yield* ask(served, key, model, { stream: answered % 2 === 0 })
      if (status === 200 && !text.includes("\"error\"")) answered++
      else failed.push(`${status} ${text}`)
    }
  })
  const fibers = yield* Effect.forEach(
    Array.from({ length: clients }, (_, at) => at),
    (at) => Effect.forkChild(client(at))
  )
  for (; progress.done < reloads; progress.done++) {
    yield* served.write(files[(progress.done + 1) % 2]!)
    if (!(yield* served.reload)) refused.push(progress.done)
  }
  yield* Effect.forEach(fibers, Fiber.join)
  const { leases, waiting } = yield* served.snapshot
  return { reloads, refused, answered, failed, leases, waiting } satisfies Outcome as Outcome
}, Effect.provide(quiet))
