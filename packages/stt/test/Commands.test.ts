/** The commands, called as people call them, on the database of a service that runs. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { ConfigProvider, Console, Effect, Layer } from "effect"
import { Command } from "effect/cli"
import { execFile } from "node:child_process"
import * as fs from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { stt } from "../src/command/Stt.ts"
import { names } from "../src/parameter/Parameter.ts"
import { Caller, type Json } from "./support/Caller.ts"
import { certificate } from "./support/Certificate.ts"
import { wav } from "./support/Media.ts"
import { type Rig, start } from "./support/Service.ts"
import * as Started from "./support/Started.ts"
import { type Hook, hook, type Web, web } from "./support/Web.ts"
import * as Workers from "./support/Workers.ts"

let rig: Rig
let hooked: Hook
let media: Web
let worker: Caller

beforeAll(async () => {
  hooked = await hook()
  const served = wav(1)
  media = await web((_, response) => void response.writeHead(200).end(served))
  const target = ({ address }: Web) => ({ address: address.split(":")[0]!, port: Number(address.split(":")[1]) })
  rig = await start({ fetchHosts: new Map([["hook.test", target(hooked)], ["media.test", target(media)]]) })
  worker = await Caller.of(rig, "worker", await rig.client("worker"))
})

afterAll(async () => {
  await rig.stop()
  await Promise.all([hooked.close(), media.close()])
})

interface Ran {
  readonly code: number
  readonly out: string
  readonly json: Json
}

const ranWith = (code: number, out: string, failed: string): Ran => {
  let json: Json
  try {
    json = JSON.parse(out)
  } catch {
    json = undefined
  }
  return { code, out: out + failed, json }
}

/** What `aiguilleur stt …` prints, and how it ends. */
const run = (...args: ReadonlyArray<string>): Promise<Ran> => {
  const out: Array<string> = []
  const err: Array<string> = []
  const console = {
    ...globalThis.console,
    log: (line: string) => out.push(line),
    error: (line: string) => err.push(line)
  }
  const command = Command.make("aiguilleur").pipe(Command.withSubcommands([stt]))
  return Command.runWith(command, { version: "0" })(["stt", ...args]).pipe(
    Effect.provideService(Console.Console, console as Console.Console),
    Effect.provide(Layer.merge(
      NodeServices.layer,
      ConfigProvider.layer(ConfigProvider.fromUnknown({ AIGUILLEUR_DATA: rig.folder }))
    )),
    Effect.match({ onFailure: () => 1, onSuccess: () => 0 }),
    Effect.map((code) => ranWith(code, out.join("\n"), err.join("\n"))),
    Effect.runPromise
  )
}

const json = async (...args: ReadonlyArray<string>): Promise<Json> => {
  const ran = await run(...args, "--json")
  assert.strictEqual(ran.code, 0, ran.out)
  return ran.json
}

const refused = async (message: RegExp, ...args: ReadonlyArray<string>) => {
  const { code, out } = await run(...args)
  assert.strictEqual(code, 1, args.join(" "))
  assert.match(out, message)
}

const nothing = { generateMetadata: false, generateQuiz: false }

describe("Clients", () => {
  // §9 OURS: clients are made, changed and switched off by command, and the service knows at once
  it("are made, changed and switched off", async () => {
    const made = await json("clients", "create", "--id", "pod", "--scopes", "scope_default,scope_client")
    assert.match(made.secret, /^stt_/)
    assert.match(made.webhookKey, /^whsec_/)
    assert.notProperty(made, "secretHash")
    const pod = await Caller.of(rig, "pod", made.secret)
    assert.strictEqual((await pod.get("/enrichments")).status, 200)
    await refused(/already a client pod/, "clients", "create", "--id", "pod", "--scopes", "scope_default")

    await json("clients", "edit", "pod", "--scopes", "scope_default")
    assert.strictEqual((await pod.get("/enrichments")).status, 403)
    await json("clients", "edit", "pod", "--scopes", "scope_default,scope_client", "--monthly-minutes", "0")
    const full = await pod.post("/enrichments/upload", { form: Started.uploadForm() })
    assert.match(full.json.errors[0].message, /^The quota of 0 minutes/)

    assert.strictEqual((await run("clients", "disable", "pod")).code, 0)
    assert.strictEqual((await pod.get("/enrichments")).status, 401)
    assert.isUndefined((await Caller.of(rig, "pod", made.secret)).token)
    await json("clients", "edit", "pod", "--active", "--secret", "another-secret")
    assert.isUndefined((await Caller.of(rig, "pod", made.secret)).token)
    assert.isString((await Caller.of(rig, "pod", "another-secret")).token)
    assert.strictEqual((await pod.get("/enrichments")).status, 401)
    await refused(/no client nobody/, "clients", "edit", "nobody", "--name", "x")
    await refused(/no client nobody/, "clients", "disable", "nobody")
  })

  // §9 OURS: every choice about a client or a worker is a flag
  it("take every choice", async () => {
    const ca = `${rig.folder}/ca.pem`
    await fs.writeFile(ca, certificate.cert)
    const choices = {
      "--name": "N",
      "--model": "m",
      "--infrastructure": "i",
      "--transcription-model": "tm",
      "--transcription-infrastructure": "ti",
      "--enrichment-model": "em",
      "--enrichment-infrastructure": "ei",
      "--translation-model": "lm",
      "--translation-infrastructure": "li",
      "--monthly-minutes": "600",
      "--retention-days": "30",
      "--webhook-ca": ca
    }
    const flags = Object.entries(choices).flat()
    const own = ["--secret", "given-secret", "--scopes", "scope_default scope_processing_worker", "--treat-unspecified"]
    const made = await json("clients", "create", "--id", "w", ...own, "--inactive", ...flags)
    assert.notProperty(made, "secret")
    const expected = {
      id: "w",
      name: "N",
      active: false,
      scopes: ["scope_default", "scope_processing_worker"],
      treatUnspecified: true,
      aiModel: "m",
      infrastructure: "i",
      transcriptionModel: "tm",
      transcriptionInfrastructure: "ti",
      enrichmentModel: "em",
      enrichmentInfrastructure: "ei",
      translationModel: "lm",
      translationInfrastructure: "li",
      monthlyMinutes: 600,
      retentionDays: 30,
      webhookCa: certificate.cert
    }
    assert.deepInclude(made, expected)
    assert.isUndefined((await Caller.of(rig, "w", "given-secret")).token)
    const edited = await json(
      "clients",
      "edit",
      "w",
      "--active",
      "--no-treat-unspecified",
      "--model",
      "",
      "--webhook-ca",
      ""
    )
    assert.deepInclude(edited, { ...expected, active: true, treatUnspecified: false, aiModel: null, webhookCa: null })
    assert.isString((await Caller.of(rig, "w", "given-secret")).token)
    const listed = await json("clients", "list")
    assert.deepInclude(listed.find(({ id }: Json) => id === "w"), { infrastructure: "i", active: true })
    assert.match(
      (await run("clients", "list")).out,
      /^w {2}active {2}scope_default,scope_processing_worker {2}- {2}i$/m
    )
    await refused(/Unknown scopes: scope_root/, "clients", "create", "--id", "x", "--scopes", "scope_root")
    await refused(/Unknown scopes: none given/, "clients", "edit", "w", "--scopes", ",")
    for (const id of ["", "a b", "a:b", "x".repeat(81)]) {
      await refused(/An id has 1 to 80 characters/, "clients", "create", "--id", id, "--scopes", "scope_default")
    }
    await refused(/cannot be empty/, "clients", "edit", "w", "--secret", "")
    await refused(/cannot be read/, "clients", "edit", "w", "--webhook-ca", "/nowhere")
  })
})

describe("Parameters", () => {
  // §3.5 MUST: parameters are changed by name, and hold in a running service as soon as the command returns
  it("hold as soon as they are set", async () => {
    const all = await json("parameters", "get")
    assert.deepStrictEqual(Object.keys(all), [...names])
    assert.strictEqual(all.TRANSLATION_WORKER_TIMEOUT, 10)
    await json("parameters", "set", "MAX_MEDIA_DURATION_IN_SECONDS", "0.5")
    const long = await worker.post("/enrichments/upload", { form: Started.uploadForm() })
    assert.match(long.json.errors[0].message, /maximum accepted media duration \(0.5 s\)/)
    assert.deepStrictEqual(await json("parameters", "set", "MAX_MEDIA_DURATION_IN_SECONDS", "-1"), {
      MAX_MEDIA_DURATION_IN_SECONDS: -1
    })
    const id = await Started.upload(worker, nothing)
    const late = (await Workers.take(worker, "transcription"))!
    await json("parameters", "set", "TRANSCRIPTION_WORKER_TIMEOUT", "0.000001")
    const next = (await Workers.take(worker, "transcription"))!
    assert.strictEqual(next.job.enrichmentId, id)
    // The original's name.
    await json("parameters", "set", "TRANSCRIPTION_WORKER_TIMEOUT_IN_MINUTES", "60")
    assert.strictEqual((await Workers.postTranscript(worker, late)).status, 403)
    assert.strictEqual((await Workers.postTranscript(worker, next)).status, 200)
    await refused(/no parameter NAME/, "parameters", "set", "NAME", "1")
    await refused(/no parameter NAME/, "parameters", "get", "NAME")
    await refused(/./, "parameters", "set", "MAX_UPLOAD_RETRIES", "many")
  })
})

describe("Jobs", () => {
  // §9 OURS: jobs are listed, shown, cancelled, tried again and given another place by command
  it("are listed, shown, cancelled and tried again", async () => {
    const id = await Started.upload(worker, nothing)
    const urgent = await Started.upload(worker, nothing)
    assert.strictEqual((await json("jobs", "priority", urgent, "5")).priority, 5)
    const waiting = await json("jobs", "list", "--status", "WAITING_MEDIA_TRANSCRIPTION", "--client", "worker")
    assert.deepStrictEqual(waiting.map((job: Json) => [job.id, job.queuePosition]), [[urgent, 0], [id, 1]])
    assert.deepStrictEqual(await json("jobs", "list", "--client", "nobody"), [])
    assert.lengthOf(await json("jobs", "list", "--limit", "1"), 1)
    const taken = (await Workers.take(worker, "transcription"))!
    assert.strictEqual(taken.job.enrichmentId, urgent)
    const shown = await json("jobs", "show", urgent)
    assert.deepInclude(shown, { status: "TRANSCRIBING_MEDIA", client: "worker", priority: 5 })
    assert.deepInclude(shown.tasks[0], { taskId: taken.task, clientId: "worker", outcome: null })
    assert.match((await run("jobs", "show", urgent)).out, /transcription {2}worker {2}not reported/)

    assert.strictEqual((await json("jobs", "cancel", urgent)).failureCause, "Cancelled by an administrator")
    await hooked.until(({ body }) => body.id === urgent && body.status === "FAILURE")
    assert.strictEqual((await Workers.postTranscript(worker, taken)).status, 403)
    await refused(/has ended already/, "jobs", "cancel", urgent)
    assert.strictEqual((await json("jobs", "retry", urgent)).status, "WAITING_MEDIA_TRANSCRIPTION")
    assert.isDefined(await Workers.transcribe(worker))
    await hooked.until(({ body }) => body.id === urgent && body.status === "SUCCESS")
    await refused(/has not failed/, "jobs", "retry", urgent)
    await Workers.transcribe(worker)
    const unknown = "0190b4a8-0000-7000-8000-000000000000"
    for (const verb of ["show", "retry", "cancel"]) {
      await refused(/There is no job/, "jobs", verb, unknown)
      await refused(/There is no job/, "jobs", verb, "x")
    }
    await refused(/There is no job/, "jobs", "priority", unknown, "1")
  })

  // §9 OURS: a job is tried again from the step that failed, a download included
  it("begin again where they failed", async () => {
    const fetched = await worker.post("/enrichments/url", {
      json: {
        url: "http://media.test/a.wav",
        notificationWebhookUrl: Started.hookUrl,
        enrichmentParameters: { ...nothing, generateNotes: true, translateTo: "en" }
      }
    })
    const { id } = fetched.json
    await json("jobs", "cancel", id)
    const status = (await json("jobs", "retry", id)).status
    assert.include(["WAITING_MEIDA_UPLOAD", "WAITING_MEDIA_TRANSCRIPTION"], status)
    const taken = (await Workers.take(worker, "transcription", "&wait=20"))!
    assert.strictEqual(taken.job.enrichmentId, id)
    await Workers.postTranscript(worker, taken)
    assert.isTrue(await Workers.enrich(worker))
    const translating = (await Workers.take(worker, "translation"))!
    const ko = { json: { taskId: translating.task, status: "KO", failureCause: "no" } }
    await worker.post(Workers.resultPath(translating, "translation"), ko)
    assert.strictEqual((await json("jobs", "retry", id)).status, "WAITING_TRANSLATION")
    assert.isTrue(await Workers.translate(worker))
    await hooked.until(({ body }) => body.id === id && body.status === "SUCCESS")
  })

  // §3.5 MUST: the clean-up can be run now
  it("are cleaned up when somebody says so", async () => {
    const id = await Started.upload(worker, nothing)
    await Workers.take(worker, "transcription")
    await rig.query(
      `UPDATE stt_enrichments SET transcription_retries = 2, transcription_lease_at = now() - interval '2 hours'
        WHERE id = $1`,
      id
    )
    assert.deepStrictEqual(await json("cleanup"), { failed: 1, deleted: 0 })
    assert.strictEqual((await Started.enrichment(worker, id)).failureCause, "Max transcription retries reached (2)")
    assert.strictEqual((await run("cleanup")).out, "0 jobs were ended, 0 enrichments deleted.")
  })
})

it("is a program that tells what it cannot do in one line, and ends with 1", async () => {
  const program = fileURLToPath(new URL("support/main.ts", import.meta.url))
  const { code, out } = await new Promise<Ran>((resolve) => {
    const env = { ...process.env, AIGUILLEUR_DATA: rig.folder }
    execFile(
      process.execPath,
      [program, "jobs", "show", "x"],
      { env },
      (error, out, failed) => resolve(ranWith(Number(error?.code ?? 0), out, failed))
    )
  })
  assert.deepStrictEqual([code, out], [1, "There is no job x. List them with: aiguilleur stt jobs list\n"])
})
