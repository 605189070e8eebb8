/** Kills the gateway in the middle of a recording, again and again, and tells what was heard twice and what came of it. */
import * as fs from "node:fs/promises"
import { Caller, type Json } from "../../../stt/test/support/Caller.ts"
import { desk } from "../../../stt/test/support/Desk.ts"
import * as Program from "../../../stt/test/support/Program.ts"

export interface Options {
  readonly kills: number
  readonly recording: Buffer
  readonly configuration: string
  /** Whether it is time for the next kill, with so many pieces finished since the last one. */
  readonly pieces: number
}

export interface Outcome {
  readonly kills: number
  readonly status: string
  readonly failureCause: string | null
  readonly sentences: Json
  /** Pieces whose result was kept, and those of them that were made again. */
  readonly finished: number
  readonly again: number
  readonly seconds: number
}

const client = { id: "killed", secret: "killed-secret" }

const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))

export const run = async ({ configuration, kills, pieces, recording }: Options): Promise<Outcome> => {
  const data = await Program.home()
  const from = Date.now()
  const variables = { AIGUILLEUR_STT_WORKERS: "all", LOG_LEVEL: "warn" }
  let program = await Program.serve(data, variables, configuration)
  const database = await desk(data)
  const seen = new Map<string, string>()
  let again = 0
  // As often as pieces are finished, and more: a result that is written again has another time.
  const look = async (): Promise<number> => {
    const rows = await database.query<{ key: string; finishedAt: Date }>("SELECT key, finished_at FROM stt_pieces")
    for (const { finishedAt, key } of rows) {
      const at = finishedAt.toISOString()
      const before = seen.get(key)
      if (before !== undefined && before !== at) again++
      seen.set(key, at)
    }
    return rows.length
  }
  try {
    await database.client(client.id, { scopes: ["scope_default", "scope_client"] })
    let caller = await Caller.of(program, client.id, client.secret)
    const { json } = await caller.post("/enrichments/upload", {
      form: {
        file: new File([new Uint8Array(recording)], "lecture.wav"),
        enrichmentParameters: JSON.stringify({ generateMetadata: false, generateQuiz: false }),
        notificationLevel: "none"
      }
    })
    const job = async (): Promise<Json> => (await caller.get(`/enrichments/${json.id}`)).json
    const isOver = ({ status }: Json) => status === "SUCCESS" || status === "FAILURE"
    let killed = 0
    for (let due = pieces; killed < kills;) {
      const count = await look()
      if (isOver(await job())) break
      if (count < due) {
        await pause(100)
        continue
      }
      await program.end("SIGKILL")
      killed++
      due = await look() + pieces
      program = await Program.serve(data, variables, configuration)
      caller = await Caller.of(program, client.id, client.secret)
    }
    let end = await job()
    while (!isOver(end)) {
      await look()
      await pause(100)
      end = await job()
    }
    const version = end.status === "SUCCESS" ? (await caller.get(`/enrichments/${json.id}/versions/latest`)).json : null
    return {
      kills: killed,
      status: end.status,
      failureCause: end.failureCause,
      sentences: version?.transcript.sentences ?? null,
      finished: seen.size,
      again,
      seconds: (Date.now() - from) / 1000
    }
  } finally {
    await program.end("SIGTERM")
    await database.stop()
    await fs.rm(data, { recursive: true, force: true })
  }
}
