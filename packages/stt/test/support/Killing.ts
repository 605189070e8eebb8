/** Kills the service again and again while clients and workers use it, and counts what came of every job. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs/promises"
import * as os from "node:os"
import * as path from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { Caller } from "./Caller.ts"
import { desk } from "./Desk.ts"
import { wav } from "./Media.ts"
import { hook, web } from "./Web.ts"
import * as Workers from "./Workers.ts"

export interface Outcome {
  readonly kills: number
  readonly created: number
  readonly states: Record<string, number>
  /** How many jobs were told of so many times that they succeeded. */
  readonly successes: Record<number, number>
  /** Media that are still there although their job has ended, or gone although it has not. */
  readonly strayMedia: number
}

const program = fileURLToPath(new URL("service.main.ts", import.meta.url))

const tally = <K extends string | number>(values: Iterable<K>): Record<K, number> => {
  const found = {} as Record<K, number>
  for (const value of values) found[value] = (found[value] ?? 0) + 1
  return found
}

export const run = async (jobs: number, kills: number): Promise<Outcome> => {
  const data = await fs.mkdtemp(path.join(os.tmpdir(), "stt-kill-"))
  await fs.chmod(data, 0o755)
  const hooked = await hook()
  const medium = wav(0.5)
  const media = await web((_, response) => void response.writeHead(200).end(medium))
  const first = await desk(data)
  await first.client("client", { scopes: ["scope_default", "scope_client"] })
  await first.client("worker")
  let url = ""
  let child: ChildProcess | undefined
  const begin = async () => {
    child = spawn(process.execPath, [program, data, hooked.address, media.address], {
      stdio: ["ignore", "pipe", "inherit"]
    })
    for await (const line of createInterface({ input: child.stdout! })) {
      url = line
      return
    }
  }
  await begin()
  const here = await Caller.of({ url }, "client", "client-secret")
  const { token } = await Caller.of({ url }, "worker", "worker-secret")
  const ids: Array<string> = []
  const body = (index: number) => ({
    json: {
      url: `http://media.test/${index}.wav`,
      notificationWebhookUrl: "http://hook.test/",
      enrichmentParameters: { generateMetadata: false, generateQuiz: true }
    },
    headers: { "idempotency-key": `job-${index}` }
  })
  const round = { over: false }
  /** Calls that meet a killed service are made again, as cron makes workers. */
  const again = async <A>(use: () => Promise<A>): Promise<A | undefined> => {
    while (!round.over) {
      try {
        return await use()
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
    return undefined
  }
  const create = async () => {
    for (let index = ids.length; index < jobs; index = ids.length) {
      ids.push("")
      await again(async () => {
        const answer = await new Caller(url, here.token).post("/enrichments/url", body(index))
        if (answer.status !== 200) throw new Error(answer.text)
        ids[index] = answer.json.id
      })
    }
  }
  const work = async () => {
    while (!round.over) {
      const caller = new Caller(url, token)
      const taken = await Workers.take(caller, "transcription").catch(() => undefined)
      if (taken !== undefined) {
        await again(async () => {
          const { status } = await Workers.postTranscript(new Caller(url, token), taken)
          if (status >= 500) throw new Error(String(status))
        })
      }
      const other = await Workers.take(caller, "enrichment").catch(() => undefined)
      if (other !== undefined) {
        await again(async () => {
          const { status } = await new Caller(url, token).post(Workers.resultPath(other, "ai_enrichment"), {
            json: Workers.enriched(other.task, other.job)
          })
          if (status >= 500) throw new Error(String(status))
        })
      }
      if (taken === undefined && other === undefined) await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  // A take whose answer was lost comes back when its time is over.
  await first.set("TRANSCRIPTION_WORKER_TIMEOUT_IN_MINUTES", 0.05)
  await first.set("AI_ENRICHMENT_WORKER_TIMEOUT_IN_MINUTES", 0.05)
  await first.set("MAX_TRANSCRIPTION_RETRIES", 100)
  await first.set("MAX_ENRICHMENT_RETRIES", 100)
  const working = [create(), create(), create(), create(), work(), work(), work(), work()]
  let killed = 0
  while (killed < kills) {
    await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 900))
    const ended = once(child!, "exit")
    child!.kill("SIGKILL")
    await ended
    killed++
    await begin()
  }
  const states = async () =>
    (await first.query<{ status: string }>("SELECT status FROM stt_enrichments")).map(({ status }) => status)
  const open = async () =>
    (await first.query("SELECT 1 FROM stt_webhooks WHERE state IN ('pending', 'sending')")).length
  const limit = Date.now() + 60_000
  while (Date.now() < limit) {
    const found = await states()
    const ended = found.length === jobs && found.every((status) => status === "SUCCESS" || status === "FAILURE")
    if (ended && await open() === 0) break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  round.over = true
  await Promise.all(working)
  const successes = tally(
    hooked.received.filter(({ body }) => body.status === "SUCCESS").map(({ body }) => body.id as string)
  )
  const kept = await fs.readdir(path.join(data, "stt", "media"), { recursive: true, withFileTypes: true }).catch(
    () => []
  )
  const outcome: Outcome = {
    kills: killed,
    created: new Set(ids).size,
    states: tally(await states()),
    successes: tally(ids.map((id) => successes[id] ?? 0)),
    strayMedia: kept.filter((entry) => entry.isFile()).length
  }
  const last = once(child!, "exit")
  child!.kill("SIGKILL")
  await last
  await first.stop()
  await Promise.all([hooked.close(), media.close()])
  await fs.rm(data, { recursive: true, force: true })
  return outcome
}
