/** The commands, called as people call them, on the database of a service that runs. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { call, Caller, type Json } from "./support/Caller.ts"
import { type Rig, start } from "./support/Service.ts"
import * as Started from "./support/Started.ts"

let rig: Rig
const program = fileURLToPath(new URL("support/main.ts", import.meta.url))

beforeAll(async () => {
  rig = await start()
}, 30_000)

afterAll(() => rig.stop())

const stt = (
  ...args: ReadonlyArray<string>
): Promise<{ readonly code: number; readonly out: string; readonly json: Json }> =>
  new Promise((resolve) => {
    const env = { ...process.env, AIGUILLEUR_DATA: rig.folder }
    execFile(process.execPath, [program, ...args], { env }, (error, out, failed) => {
      const code = error === null ? 0 : Number(error.code)
      let json: Json
      try {
        json = JSON.parse(out)
      } catch {
        json = undefined
      }
      resolve({ code, out: out + failed, json })
    })
  })

describe("Commands", () => {
  // §9 OURS: what a command changes holds in a running service as soon as it returns
  it("administers a service that runs", async () => {
    const made = await stt("clients", "create", "--id", "pod", "--scopes", "scope_default,scope_client", "--json")
    assert.strictEqual(made.code, 0, made.out)
    assert.isString(made.json.secret)
    assert.notProperty(made.json, "secretHash")
    const pod = await Caller.of(rig, "pod", made.json.secret)
    assert.strictEqual((await pod.get("/enrichments")).status, 200)
    const twice = await stt("clients", "create", "--id", "pod", "--scopes", "scope_default")
    assert.strictEqual(twice.code, 1)
    assert.include(twice.out, "There is already a client pod")

    assert.deepStrictEqual((await stt("parameters", "set", "MAX_MEDIA_DURATION_IN_SECONDS", "0.5", "--json")).json, {
      MAX_MEDIA_DURATION_IN_SECONDS: 0.5
    })
    assert.strictEqual((await pod.post("/enrichments/upload", { form: Started.uploadForm() })).status, 400)
    await rig.set("MAX_MEDIA_DURATION_IN_SECONDS", -1)

    const id = await Started.upload(pod)
    assert.strictEqual((await stt("jobs", "cancel", id, "--json")).json.status, "FAILURE")
    assert.strictEqual((await stt("jobs", "retry", id, "--json")).json.status, "WAITING_MEDIA_TRANSCRIPTION")
    assert.strictEqual((await Started.enrichment(pod, id)).status, "WAITING_MEDIA_TRANSCRIPTION")
    const [listed, cleaned] = await Promise.all([stt("jobs", "list", "--json"), stt("cleanup", "--json")])
    assert.deepStrictEqual(listed.json.map(({ id }: Json) => id), [id])
    assert.deepStrictEqual(cleaned.json, { failed: 0, deleted: 0 })

    assert.strictEqual((await stt("clients", "disable", "pod")).code, 0)
    assert.strictEqual((await pod.get("/enrichments")).status, 401)
    const refused = await call(`${rig.url}/api/token`, "POST", {
      json: { grant_type: "client_credentials", client_id: "pod", client_secret: made.json.secret }
    })
    assert.strictEqual(refused.status, 401)
  }, 120_000)
})
