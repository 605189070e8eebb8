/** The program as somebody runs it, with one client, asked over HTTP for what a person asks it for. */
import { openAsBlob } from "node:fs"
import * as fs from "node:fs/promises"
import { basename } from "node:path"
import { Caller, type Json } from "../../packages/stt/test/support/Caller.ts"
import { desk } from "../../packages/stt/test/support/Desk.ts"
import * as Program from "../../packages/stt/test/support/Program.ts"

const client = { id: "campaign", secret: "campaign-secret" }

/** Of the gateway's keys, where the configuration has it. */
export const key = "secret-of-the-campaign-key"

export interface Gateway {
  readonly url: string
  readonly pid: number
  readonly submit: (medium: { readonly file: string } | { readonly url: string }, wishes?: object) => Promise<string>
  readonly job: (id: string) => Promise<Json>
  /** Asked for every so many milliseconds. */
  readonly ended: (id: string, every?: number) => Promise<Json>
  readonly version: (id: string) => Promise<Json>
  readonly stop: () => Promise<void>
}

const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))

export const start = async (configuration: string, variables: Record<string, string> = {}): Promise<Gateway> => {
  const data = await Program.home()
  const program = await Program.serve(
    data,
    { AIGUILLEUR_STT_WORKERS: "all", LOG_LEVEL: "warn", ...variables },
    configuration
  )
  const database = await desk(data)
  await database.client(client.id, { scopes: ["scope_default", "scope_client"] })
  const caller = await Caller.of(program, client.id, client.secret)
  const nothing = { generateMetadata: false, generateQuiz: false }
  const job = async (id: string) => (await caller.get(`/enrichments/${id}`)).json
  return {
    url: program.url,
    pid: program.pid,
    submit: async (medium, wishes = {}) => {
      const enrichmentParameters = { ...nothing, ...wishes }
      const { json, status, text } = "file" in medium
        ? await caller.post("/enrichments/upload", {
          form: {
            file: new File([await openAsBlob(medium.file)], basename(medium.file)),
            enrichmentParameters: JSON.stringify(enrichmentParameters),
            notificationLevel: "none"
          }
        })
        : await caller.post("/enrichments/url", {
          json: { ...medium, enrichmentParameters, notificationLevel: "none" }
        })
      if (status !== 200) throw new Error(text)
      return json.id
    },
    job,
    ended: async (id, every = 200) => {
      for (;;) {
        const found = await job(id)
        if (found.status === "SUCCESS" || found.status === "FAILURE") return found
        await pause(every)
      }
    },
    version: async (id) => (await caller.get(`/enrichments/${id}/versions/latest`)).json,
    stop: async () => {
      await program.end("SIGTERM")
      await database.stop()
      await fs.rm(data, { recursive: true, force: true })
    }
  }
}
