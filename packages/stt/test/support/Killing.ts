/** Kills the program again and again while clients and workers use it, and counts what came of every job. */
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { Caller } from "./Caller.ts"
import { desk } from "./Desk.ts"
import { wav } from "./Media.ts"
import { home, hostsOf, type Program, serve } from "./Program.ts"
import * as Started from "./Started.ts"
import { hook, web } from "./Web.ts"
import * as Workers from "./Workers.ts"

export interface Outcome {
  readonly kills: number
  readonly created: number
  readonly states: Record<string, number>
  /** How many jobs were told of so many times that they succeeded. */
  readonly successes: Record<number, number>
  /** Jobs that were given to a worker whose medium could not be had, or was not what was sent. */
  readonly lostMedia: number
  /** Media that are still there although their job has ended. */
  readonly strayMedia: number
}

const tally = <K extends string | number>(values: Iterable<K>): Record<K, number> => {
  const found = {} as Record<K, number>
  for (const value of values) found[value] = (found[value] ?? 0) + 1
  return found
}

const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))

const wanted = { generateMetadata: false, generateQuiz: true }

export const run = async (jobs: number, kills: number): Promise<Outcome> => {
  const data = await home()
  const hooked = await hook()
  const medium = wav(0.5)
  const media = await web((_, response) => void response.writeHead(200).end(medium))
  const admin = await desk(data)
  await admin.client("client", { scopes: ["scope_default", "scope_client"] })
  await admin.client("worker")
  // A take whose answer was lost comes back when its time is over.
  await admin.set("TRANSCRIPTION_WORKER_TIMEOUT", 0.1)
  await admin.set("AI_ENRICHMENT_WORKER_TIMEOUT", 0.1)
  await admin.set("MAX_TRANSCRIPTION_RETRIES", 1000)
  await admin.set("MAX_ENRICHMENT_RETRIES", 1000)
  await admin.set("MAX_UPLOAD_RETRIES", 1000)
  const variables = { AIGUILLEUR_FETCH_HOSTS: hostsOf({ "hook.test": hooked, "media.test": media }) }
  let program: Program = await serve(data, variables)
  const tokens = {
    client: (await Caller.of(program, "client", "client-secret")).token,
    worker: (await Caller.of(program, "worker", "worker-secret")).token
  }
  const as = (who: keyof typeof tokens) => new Caller(program.url, tokens[who])

  const round = { over: false }
  /** Calls that meet a killed service are made again, as cron makes workers and people make uploads. */
  const again = async <A>(use: () => Promise<A>): Promise<A | undefined> => {
    while (!round.over) {
      try {
        return await use()
      } catch {
        await pause(20)
      }
    }
    return undefined
  }
  const answered = async (sent: ReturnType<Caller["post"]>) => {
    const answer = await sent
    if (answer.status >= 500) throw new Error(answer.text)
    return answer
  }

  const ids: Array<string> = []
  const headersOf = (index: number) => ({ "idempotency-key": `job-${index}` })
  const byUrl = (index: number) =>
    as("client").post("/enrichments/url", {
      json: {
        url: `http://media.test/${index}.wav`,
        notificationWebhookUrl: Started.hookUrl,
        enrichmentParameters: wanted
      },
      headers: headersOf(index)
    })
  const byUpload = (index: number) =>
    as("client").post("/enrichments/upload", {
      form: Started.uploadForm({ file: new File([medium], "a.wav") }, wanted),
      headers: headersOf(index)
    })
  const create = async () => {
    for (let index = ids.length; index < jobs; index = ids.length) {
      ids.push("")
      await again(async () => {
        const { json, text } = await answered(index % 2 === 0 ? byUrl(index) : byUpload(index))
        if (json?.id === undefined) throw new Error(text)
        ids[index] = json.id
      })
    }
  }

  let lostMedia = 0
  const isRunning = async ({ job, task }: Workers.Taken) =>
    (await admin.query(`SELECT 1 FROM stt_enrichments WHERE id = '${job.enrichmentId}'
      AND status = 'TRANSCRIBING_MEDIA' AND transcription_task_id = '${task}'`)).length > 0
  const fetched = (taken: Workers.Taken) =>
    again(async () => {
      // The service has another port after each kill.
      const { pathname } = new URL(taken.job.mediaTemporaryUrl)
      const response = await fetch(`${program.url}${pathname}`)
      const bytes = Buffer.from(await response.arrayBuffer())
      if (response.status >= 500) throw new Error(String(response.status))
      return response.status === 200 && bytes.equals(medium)
    })
  const transcribe = async () => {
    const taken = await Workers.take(as("worker"), "transcription").catch(() => undefined)
    if (taken === undefined) return false
    if (await fetched(taken) === false) {
      if (await isRunning(taken)) lostMedia++
      return true
    }
    await again(() => answered(Workers.reports.transcription(as("worker"), taken)))
    return true
  }
  const enrich = async () => {
    const taken = await Workers.take(as("worker"), "enrichment").catch(() => undefined)
    if (taken === undefined) return false
    await again(() => answered(Workers.reports.enrichment(as("worker"), taken)))
    return true
  }
  const work = async () => {
    while (!round.over) if (!await transcribe() && !await enrich()) await pause(20)
  }

  const working = [create(), create(), create(), create(), work(), work(), work(), work()]
  for (let killed = 0; killed < kills; killed++) {
    await pause(100 + Math.random() * 900)
    await program.end("SIGKILL")
    program = await serve(data, variables)
  }
  const states = async () =>
    (await admin.query<{ status: string }>("SELECT status FROM stt_enrichments")).map(({ status }) => status)
  const nothingLeft = async () =>
    (await admin.query(`SELECT 1 FROM stt_webhooks WHERE state IN ('pending', 'sending')
      UNION ALL SELECT 1 FROM stt_removals`)).length === 0
  const limit = Date.now() + 120_000
  while (Date.now() < limit) {
    const found = await states()
    const ended = found.length === jobs && found.every((status) => status === "SUCCESS" || status === "FAILURE")
    if (ended && await nothingLeft()) break
    await pause(100)
  }
  round.over = true
  await Promise.all(working)
  const successes = tally(
    hooked.received.filter(({ body }) => body.status === "SUCCESS").map(({ body }) => body.id as string)
  )
  const kept = await fs.readdir(path.join(data, "stt", "media"), { recursive: true, withFileTypes: true })
  const outcome: Outcome = {
    kills,
    created: new Set(ids).size,
    states: tally(await states()),
    successes: tally(ids.map((id) => successes[id] ?? 0)),
    lostMedia,
    strayMedia: kept.filter((entry) => entry.isFile()).length
  }
  await program.end("SIGTERM")
  await admin.stop()
  await Promise.all([hooked.close(), media.close()])
  await fs.rm(data, { recursive: true, force: true })
  return outcome
}
