/** Known clients, in the shape in which they call, against the program as it is started, with scripted workers. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { createHmac } from "node:crypto"
import * as fs from "node:fs/promises"
import { call, Caller, type Json } from "./support/Caller.ts"
import { desk } from "./support/Desk.ts"
import { wav } from "./support/Media.ts"
import { home, hostsOf, type Program, serve } from "./support/Program.ts"
import { type Hook, hook, type Web, web } from "./support/Web.ts"
import * as Workers from "./support/Workers.ts"

let folder: string
let admin: Awaited<ReturnType<typeof desk>>
let program: Program
let media: Web
let podHook: Hook
let nudgisHook: Hook
let worker: Caller
const nudgis: { caller?: Caller; subtitles: Record<string, string>; renewals: number } = { subtitles: {}, renewals: 0 }

/** What the bridge does inside its handler, before it answers. */
const bridge = async (body: Json) => {
  const { id, initialVersionId, status } = body
  if (status !== "SUCCESS") return 200
  const caller = nudgis.caller!
  const version = await caller.get(`/enrichments/${id}/versions/${initialVersionId}`)
  const { translateTo } = version.json
  const { language } = version.json.transcript
  if (translateTo === null) {
    nudgis.renewals++
    const answer = await caller.post(`/enrichments/${id}/new_ai_version`, {
      json: {
        notificationWebhookUrl: "http://nudgis.test/webhook",
        enrichmentParameters: {
          generateMetadata: true,
          generateQuiz: true,
          mediaTypes: ["N/A"],
          disciplines: ["N/A"],
          language,
          translateTo: language === "en" ? "fr" : "en"
        },
        endUserIdentifier: "nudgis"
      }
    })
    assert.strictEqual(answer.status, 200, answer.text)
    return 200
  }
  for (const wanted of [language, translateTo]) {
    const answer = await caller.get(
      `/enrichments/${id}/versions/${initialVersionId}/download_transcript?language=${wanted}`,
      { headers: { "content-type": "application/json" } }
    )
    nudgis.subtitles[wanted] = answer.text
  }
  return 200
}

beforeAll(async () => {
  media = await web((_, response) => {
    // As the bridge streams: no length, a name without quotes.
    response.writeHead(200, { "content-disposition": "attachment; filename=cours 1.wav", "content-type": "video/mp4" })
    response.write(wav(2).subarray(0, 1000))
    response.end(wav(2).subarray(1000))
  })
  podHook = await hook(({ body }) => body.status === "SUCCESS" ? 200 : 500)
  nudgisHook = await hook(({ body }) => bridge(body))
  folder = await home()
  admin = await desk(folder)
  await admin.client("pod", { scopes: ["scope_default", "scope_client"] })
  await admin.client("nudgis", { scopes: ["scope_default", "scope_client"] })
  await admin.client("worker")
  program = await serve(folder, {
    AIGUILLEUR_FETCH_HOSTS: hostsOf({ "media.test": media, "pod.test": podHook, "nudgis.test": nudgisHook })
  })
  worker = await Caller.of(program, "worker", "worker-secret")
  nudgis.caller = await Caller.of(program, "nudgis", "nudgis-secret")
}, 60_000)

afterAll(async () => {
  await program.end("SIGTERM")
  await admin.stop()
  await fs.rm(folder, { recursive: true, force: true })
  await Promise.all([media.close(), podHook.close(), nudgisHook.close()])
})

/** Runs a step until there is a job for it. */
const eventually = async <A>(step: () => Promise<A>): Promise<A> => {
  for (;;) {
    const done = await step()
    if (done) return done
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe("Known clients", () => {
  const limit = 20_000

  // §8 MUST: Esup-Pod, from its token to its quiz: what it sends is accepted, and what it reads is there
  // §4 MUST: by default a client is called once, at the end of the chain, with a content type of JSON
  // §9 FIX: webhooks are signed, with their time and an id, in headers of their own
  it("serves Esup-Pod from the token to its quiz", async () => {
    const token = await call(`${program.url}/api/token`, "POST", {
      json: { grant_type: "client_credentials", client_id: "pod", client_secret: "pod-secret" }
    })
    assert.strictEqual(token.status, 200)
    const pod = new Caller(program.url, token.json.access_token)
    const created = await pod.post("/enrichments/url", {
      json: {
        url: "http://media.test/videos/audio.mp3",
        notificationWebhookUrl: "http://pod.test/ai_enhancement/webhook/",
        enrichmentParameters: { mediaTypes: ["video/mp3"], disciplines: ["Physique", "Droit"] },
        enduserIdentifier: "someone"
      }
    })
    assert.strictEqual(created.status, 200, created.text)
    assert.strictEqual(created.json.status, "OK")
    await eventually(() => Workers.transcribe(worker))
    await eventually(() => Workers.enrich(worker))
    const { body, headers, raw } = await podHook.until(({ body }) => body.id === created.json.id)
    assert.strictEqual(body.status, "SUCCESS")
    assert.strictEqual(headers["content-type"], "application/json")
    assert.strictEqual(podHook.received.length, 1)
    const key = await signingKey("pod")
    const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${raw}`
    assert.strictEqual(
      headers["webhook-signature"],
      `v1,${createHmac("sha256", key).update(signed).digest("base64")}`
    )
    const latest = await pod.get(`/enrichments/${created.json.id}/versions/latest`)
    const { enrichmentVersionMetadata, multipleChoiceQuestions: [question], transcript } = latest.json
    assert.strictEqual(transcript.language, "fr")
    assert.isNumber(transcript.sentences[0].start)
    assert.strictEqual(transcript.sentences[0].no_speech_prob, 0.01)
    assert.deepStrictEqual(question.answerPointer, { startAnswerPointer: "00:00:01", stopAnswerPointer: "00:00:03" })
    assert.strictEqual(question.choices[0].optionText, "Oui")
    assert.strictEqual(question.choices[0].correctAnswer, true)
    assert.strictEqual(enrichmentVersionMetadata.discipline, "Physique")
    const versions = await pod.get(`/enrichments/${created.json.id}/versions?withTranscript=True`)
    assert.strictEqual(versions.json.content.length, 1)
    const enrichment = await pod.get(`/enrichments/${created.json.id}`)
    assert.strictEqual(enrichment.json.endUserIdentifier, "someone")
    assert.strictEqual(enrichment.json.media.originalFileName, "cours")
    const deleted = await pod.delete(`/enrichments/${created.json.id}`)
    assert.deepStrictEqual(deleted.json, { status: "OK" })
  }, limit)

  // §8 MUST: the Nudgis bridge, in two passes: it calls back from inside its handler and asks for more
  it("serves the Nudgis bridge in two passes, called back from inside its handler", async () => {
    const caller = nudgis.caller!
    const created = await caller.post("/enrichments/url", {
      json: {
        url: "http://media.test/export/v1234",
        notificationWebhookUrl: "http://nudgis.test/webhook",
        enrichmentParameters: { generateMetadata: false, generateQuiz: false },
        endUserIdentifier: "nudgis"
      }
    })
    assert.strictEqual(created.status, 200, created.text)
    await eventually(() => Workers.transcribe(worker, "french"))
    await eventually(() => Workers.enrich(worker))
    await eventually(() => Workers.translate(worker))
    await nudgisHook.until(() => nudgisHook.received.length === 2 && Object.keys(nudgis.subtitles).length === 2)
    assert.strictEqual(nudgis.renewals, 1)
    assert.include(nudgis.subtitles.fr, "Bonjour")
    assert.include(nudgis.subtitles.en, "Hello all.")
    const versions = nudgisHook.received.map(({ body }) => body.initialVersionId)
    assert.notStrictEqual(versions[0], versions[1])
  }, limit)
})

const signingKey = async (client: string) =>
  Buffer.from((await admin.webhookKey(client)).replace("whsec_", ""), "base64url")
