/** Kills the gateway again and again while clients use it, and counts the rows of usage that it did not get to write. */
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import * as Database from "@aiguilleur/store/Database"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { moodle } from "../Served.ts"
import { Dice } from "../wire/Dice.ts"
import { ask, type Gateway, type Place, start } from "./Gateway.ts"

export interface Options extends Place {
  readonly kills: number
  /** Of when the kills come; the same seed is the same moments. */
  readonly seed?: number
  readonly say?: (line: string) => void
}

export interface Outcome {
  readonly kills: number
  /** Of these, how many came before the gateway listened. */
  readonly starting: number
  /** Requests that were answered 200, and those that were answered anything else before a kill. */
  readonly answered: number
  readonly refused: number
  /** Of these requests in the database. Beyond those answered there is what a kill cut off after it was served. */
  readonly rows: number
  /** Requests that have more than one row. */
  readonly doubled: number
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

/** Longer than two flush intervals, so that a kill comes at any point of one. */
const longest = 2_500

const file = (url: string) => `
models:
  - { name: m, model: simulated, servers: [{ url: "${url}", organisation: univ-a, maxConcurrent: 8 }] }
keys:
  - { name: moodle, organisation: univ-a, secret: "${moodle}" }
`

/** How many rows there are of each request whose id begins so; seen as a command does, beside the gateway or without one. */
export const stored = ({ home, url }: Place, prefix: string): Effect.Effect<ReadonlyMap<string, number>> =>
  Effect.flatMap(SqlClient, (sql) =>
    sql<{ requestId: string; rows: number }>`
      SELECT request_id, count(*)::int AS rows FROM usage
      WHERE starts_with(request_id, ${prefix}) GROUP BY request_id`).pipe(
      Effect.map((rows) => new Map(rows.map(({ requestId, rows }) => [requestId, rows]))),
      Effect.provide(Database.layer({
        data: path.join(home, "data"),
        role: "cli",
        ...(url === undefined ? {} : { url: Redacted.make(url) })
      })),
      Effect.orDie
    )

interface Answer {
  readonly id: string
  readonly at: number
}

/** One request after another, every other one a stream, until the gateway is gone. */
const client = async ({ url }: Gateway, name: string, answers: Array<Answer>, statuses: Array<number>) => {
  for (let at = 0;; at++) {
    const id = `${name}-${at}`
    const status = await ask(url, moodle, id, { stream: at % 2 === 1 }).catch(() => undefined)
    if (status === undefined) return
    if (status === 200) answers.push({ id, at: performance.now() })
    else statuses.push(status)
  }
}

/** In order of one client: the last `n` may be missing, and none before. */
const gaps = (answers: ReadonlyArray<Answer>, found: ReadonlyMap<string, number>): number => {
  const last = answers.findLastIndex(({ id }) => found.has(id))
  return answers.slice(0, Math.max(0, last)).filter(({ id }) => !found.has(id)).length
}

/** The gateway's file and data stay in the folder, and rows in the database. */
export const run = Effect.fnUntraced(function*({ home, kills, say = () => {}, seed = 1, url }: Options) {
  const engine = yield* SimulatedServer.start()
  yield* Effect.promise(() => fs.writeFile(path.join(home, "aiguilleur.yaml"), file(engine.url)))
  const dice = new Dice(seed)
  const total = {
    starting: 0,
    answered: 0,
    rows: 0,
    doubled: 0,
    missing: 0,
    oldestMissing: 0,
    outOfOrder: 0,
    slowestStart: 0
  }
  const statuses: Array<number> = []
  let lastStart = 1_000
  // Of this campaign alone: a database that is given by its URL may have seen others.
  const campaign = `kill-${Date.now().toString(36)}`
  for (let round = 0; round < kills; round++) {
    const begun = performance.now()
    const gateway = start({ home, url })
    if (dice.chance(0.1)) {
      total.starting++
      gateway.listening.catch(() => {})
      yield* Effect.promise(() => sleep(dice.next() * lastStart))
      gateway.signal("SIGKILL")
      yield* Effect.promise(() => gateway.ended)
      continue
    }
    const listening = yield* Effect.promise(() => gateway.listening)
    lastStart = Math.round(performance.now() - begun)
    // The first one also makes the database.
    if (round > 0) total.slowestStart = Math.max(total.slowestStart, lastStart)
    const prefix = `${campaign}-${round}-`
    const lists = Array.from({ length: clients }, (): Array<Answer> => [])
    const load = Promise.all(lists.map((answers, at) => client(listening, `${prefix}${at}`, answers, statuses)))
    yield* Effect.promise(() => sleep(dice.next() * longest))
    gateway.signal("SIGKILL")
    const killed = performance.now()
    yield* Effect.promise(() => Promise.all([gateway.ended, load]))
    const found = yield* stored({ home, url }, prefix)
    for (const rows of found.values()) if (rows > 1) total.doubled++
    total.rows += found.size
    for (const answers of lists) {
      const missing = answers.filter(({ id }) => !found.has(id))
      total.answered += answers.length
      total.missing += missing.length
      total.outOfOrder += gaps(answers, found)
      for (const { at } of missing) total.oldestMissing = Math.max(total.oldestMissing, Math.round(killed - at))
    }
    say(`${round + 1} of ${kills}: ${total.answered} answered, ${total.missing} without a row`)
  }
  return { kills, ...total, refused: statuses.length } satisfies Outcome as Outcome
})
