/** Kills the gateway again and again while clients use it, and counts the rows of usage that it did not get to write. */
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import * as Database from "@aiguilleur/store/Database"
import { Usage } from "@aiguilleur/store/Usage"
import { Effect, Layer, Stream } from "effect"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { always } from "../../../store/test/support/Fixture.ts"
import { moodle } from "../Served.ts"
import { ask, type Gateway, serve } from "./Gateway.ts"

export interface Outcome {
  readonly kills: number
  /** Requests that were answered 200, and those that were answered anything else before a kill. */
  readonly answered: number
  readonly refused: number
  /** Rows in the database in the end. Beyond those answered there is what a kill cut off after it was served. */
  readonly rows: number
  /** Answered, and without a row. */
  readonly missing: number
  /** Milliseconds from the oldest missing answer to its kill: a row waits for a second at most, and is then written. */
  readonly oldestMissing: number
  /** Requests without a row although a later one of the same client has one: rows are written in their order. */
  readonly outOfOrder: number
  /** Milliseconds of the slowest start after a kill. */
  readonly slowestStart: number
}

const clients = 4

const file = (url: string) => `
models:
  - { name: m, model: simulated, servers: [{ url: "${url}", organisation: univ-a, maxConcurrent: 8 }] }
keys:
  - { name: moodle, organisation: univ-a, secret: "${moodle}" }
`

/** What a command sees, beside the gateway or without one. */
export const stored = (home: string) =>
  Effect.flatMap(Usage, (usage) => Stream.runCollect(usage.rows(always))).pipe(
    Effect.map((rows) => new Set(rows.map(({ requestId }) => requestId))),
    Effect.provide(Layer.provide(Usage.layer, Database.layer({ data: path.join(home, "data"), role: "cli" }))),
    Effect.scoped
  )

interface Answer {
  readonly id: string
  readonly at: number
}

/** One request after another until the gateway is gone. */
const client = async ({ url }: Gateway, name: string, answers: Array<Answer>, statuses: Array<number>) => {
  for (let at = 0;; at++) {
    const id = `${name}-${at}`
    const status = await ask(url, moodle, id).catch(() => undefined)
    if (status === undefined) return
    if (status === 200) answers.push({ id, at: performance.now() })
    else statuses.push(status)
  }
}

/** In order of one client: the last `n` may be missing, and none before. */
const gaps = (answers: ReadonlyArray<Answer>, found: ReadonlySet<string>): number => {
  const last = answers.findLastIndex(({ id }) => found.has(id))
  return answers.slice(0, Math.max(0, last)).filter(({ id }) => !found.has(id)).length
}

/** In a folder of the caller's, where the gateway's file and data stay. */
export const run = Effect.fnUntraced(function*(home: string, kills: number) {
  const engine = yield* SimulatedServer.start()
  yield* Effect.promise(() => fs.writeFile(path.join(home, "aiguilleur.yaml"), file(engine.url)))
  const total = { answered: 0, missing: 0, oldestMissing: 0, outOfOrder: 0, slowestStart: 0 }
  const statuses: Array<number> = []
  let found: ReadonlySet<string> = new Set()
  for (let round = 0; round < kills; round++) {
    const begun = performance.now()
    const gateway = yield* Effect.promise(() => serve(home))
    // The first one also makes the database.
    if (round > 0) total.slowestStart = Math.max(total.slowestStart, Math.round(performance.now() - begun))
    const lists = Array.from({ length: clients }, (): Array<Answer> => [])
    const load = Promise.all(lists.map((answers, at) => client(gateway, `r${round}-c${at}`, answers, statuses)))
    // Until something of this round is written: the next kill comes at any point of the next interval.
    const before = found.size
    while ((yield* stored(home)).size <= before) yield* Effect.yieldNow
    gateway.signal("SIGKILL")
    const killed = performance.now()
    yield* Effect.promise(() => Promise.all([gateway.ended, load]))
    found = yield* stored(home)
    for (const answers of lists) {
      const missing = answers.filter(({ id }) => !found.has(id))
      total.answered += answers.length
      total.missing += missing.length
      total.outOfOrder += gaps(answers, found)
      for (const { at } of missing) total.oldestMissing = Math.max(total.oldestMissing, Math.round(killed - at))
    }
  }
  return { kills, ...total, refused: statuses.length, rows: found.size } satisfies Outcome as Outcome
})
