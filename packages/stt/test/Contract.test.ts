/** The small print of the contract: orders of checks, exact words, defaults, and what each state leads to. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Answers from "../src/api/Answers.ts"
import * as Assignments from "../src/api/Assignments.ts"
import { call, Caller, type Json, taskId } from "./support/Caller.ts"
import { srt, transcript } from "./support/Media.ts"
import { type Rig, start } from "./support/Service.ts"
import * as Started from "./support/Started.ts"
import { type Hook, hook } from "./support/Web.ts"
import * as Workers from "./support/Workers.ts"

let rig: Rig
let client: Caller
let other: Caller
let worker: Caller
let hooked: Hook
const unknownId = "0190b4a8-0000-7000-8000-000000000000"

beforeAll(async () => {
  hooked = await hook()
  const [address, port] = hooked.address.split(":")
  rig = await start({ fetchHosts: new Map([["hook.test", { address: address!, port: Number(port) }]]) })
  client = await Caller.of(rig, "client", await rig.client("client", { scopes: ["scope_default", "scope_client"] }))
  other = await Caller.of(rig, "other", await rig.client("other", { scopes: ["scope_default", "scope_client"] }))
  worker = await Caller.of(rig, "worker", await rig.client("worker"))
})

afterAll(async () => {
  await rig.stop()
  await hooked.close()
})

const told = ({ json, status }: { readonly json: Json; readonly status: number }) => [
  status,
  json.errors[0].path,
  json.errors[0].message
]

const nothing = { generateMetadata: false, generateQuiz: false }

const renewal = (parameters: Record<string, unknown>) => ({
  json: { notificationWebhookUrl: Started.hookUrl, enrichmentParameters: parameters }
})

describe("Every answer", () => {
  // §0 MUST: ids are UUIDs of version 7 in lower case, dates have a numeric offset and no fractions
  it("writes ids and dates as known clients read them", async () => {
    const id = await Started.uploadSubtitles(client)
    const version = await Started.latest(client, id)
    for (const made of [id, version.id]) {
      assert.match(made, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    }
    const { createdAt, latestEnrichmentRequestedAt } = await Started.enrichment(client, id)
    for (const at of [createdAt, latestEnrichmentRequestedAt, version.createdAt, version.updatedAt]) {
      assert.match(at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/)
    }
    assert.strictEqual((await client.get(`/enrichments/${id.toUpperCase()}`)).json.id, id)
  })

  // §0 MUST: a content type of JSON on a GET or DELETE without a body is ignored
  it("ignores the content type of what has no body", async () => {
    const headers = { "content-type": "application/json" }
    const id = await Started.uploadSubtitles(client)
    assert.strictEqual((await client.get(`/enrichments/${id}`, { headers })).status, 200)
    assert.deepStrictEqual((await client.delete(`/enrichments/${id}`, { headers })).json, { status: "OK" })
  })

  // §0 FIX: what the framework would refuse has the same status and our envelope: 400, 422, 415
  it("refuses malformed, empty, mistyped and unknown bodies in the envelope", async () => {
    const json = { "content-type": "application/json" }
    const cases: ReadonlyArray<readonly [string, Record<string, string>, number]> = [
      ["{", json, 400],
      ["", json, 422],
      ["[1]", json, 422],
      ["\"text\"", json, 422],
      ["{\"enrichmentParameters\": {\"disciplines\": {\"a\": 1}}}", json, 422],
      ["a=b", { "content-type": "application/pdf" }, 415]
    ]
    for (const [raw, headers, status] of cases) {
      const answer = await client.post("/enrichments/upload", { raw, headers })
      assert.deepStrictEqual([answer.status, answer.json.status], [status, "KO"], raw)
      assert.strictEqual(answer.headers.get("content-type"), "application/json")
    }
  })

  // §1 MUST: documentation, health and the sink of webhooks need no token
  // §1 MUST: when a client last asked for a token is remembered
  it("asks for a token where one is needed", async () => {
    for (const path of ["/doc", "/doc.json", "/v1/health"]) {
      assert.strictEqual((await call(`${rig.url}/api${path}`, "GET")).status, 200, path)
    }
    const sink = await call(`${rig.url}/api/v1/webhook`, "POST", {
      json: { id: unknownId, status: "FAILURE", failureCause: "x", initialVersionId: null }
    })
    assert.deepStrictEqual([sink.status, sink.json], [200, { status: "OK" }])
    const rows = await rig.query(
      "SELECT 1 FROM stt_clients WHERE id = 'client' AND token_last_requested_at IS NOT NULL"
    )
    assert.lengthOf(rows, 1)
  })
})

describe("Checks", () => {
  // §2 MUST: token, scope_default, scope, ids, body, existence, state: in this order
  it("come in the order of the contract", async () => {
    const nobody = new Caller(rig.url, "x")
    const bare = await Caller.of(rig, "bare", await rig.client("bare", { scopes: ["scope_default"] }))
    const id = await Started.uploadSubtitles(client)
    const broken = { raw: "{", headers: { "content-type": "application/json" } }
    const path = `/enrichments/${id}`
    const cases: ReadonlyArray<readonly [Caller, string, number]> = [
      [nobody, "/enrichments/x/versions", 401],
      [bare, "/enrichments/x/versions", 403],
      [client, "/enrichments/x/versions", 400],
      [client, `/enrichments/${unknownId}/versions`, 400],
      [other, `${path}/versions`, 400],
      // Access comes before the body here.
      [other, `${path}/new_ai_version`, 403],
      [client, `/enrichments/${unknownId}/new_ai_version`, 404],
      [client, `${path}/new_ai_version`, 400],
      [client, `${path}/versions/x/evaluate`, 400],
      [client, `${path}/versions/${unknownId}/mcq/x`, 400]
    ]
    for (const [caller, where, status] of cases) {
      const answer = await caller.post(where, broken)
      assert.deepStrictEqual([answer.status, answer.json.status], [status, "KO"], where)
    }
    assert.deepStrictEqual(told(await client.post("/enrichments/x/versions/y/mcq/z/choice/w", broken)), [
      400,
      "id",
      "'x' is not a valid UUID"
    ])
  })

  // §2 MUST: unknown, foreign and misplaced things are told in the contract's words
  it("tell what was not found in the contract's words", async () => {
    const id = await Started.uploadSubtitles(client)
    const elsewhere = await Started.latest(client, await Started.uploadSubtitles(client))
    assert.deepStrictEqual(told(await client.get(`/enrichments/${unknownId}`)), [
      404,
      "id",
      `No enrichment with ID '${unknownId}' has been found`
    ])
    assert.deepStrictEqual(told(await other.get(`/enrichments/${id}`)), [
      403,
      null,
      `You are not allowed to access enrichment ${id}`
    ])
    const misplaced =
      `The enrichment version ${elsewhere.id} has not been found or the enrichment id ${id} in the url is incorrect`
    for (const path of ["", "/download_transcript"]) {
      assert.deepStrictEqual(told(await client.get(`/enrichments/${id}/versions/${elsewhere.id}${path}`)), [
        403,
        "id",
        misplaced
      ])
    }
    const bare = await Started.upload(client)
    assert.deepStrictEqual(told(await client.get(`/enrichments/${bare}/versions/latest`)), [
      404,
      "id",
      `No version for enrichment with ID '${bare}' has been found`
    ])
    await client.delete(`/enrichments/${bare}`)
    for (const path of ["", "/versions", "/versions/latest"]) {
      assert.strictEqual((await client.get(`/enrichments/${bare}${path}`)).status, 404)
    }
  })
})

describe("Requests", () => {
  // §2.10 MUST: metadata and quiz are made unless told otherwise, notes only if told so
  // §3.5 FIX: each of the three is kept as it was asked for
  it("have the defaults of the contract", async () => {
    const jobOf = async (wanted: Record<string, unknown>) => {
      await Started.upload(client, wanted, { file: new File([srt], "a.srt") })
      const { job, task } = (await Workers.take(worker, "enrichment"))!
      await worker.post(Workers.resultPath({ job, task }, "ai_enrichment"), { json: Workers.enriched(task, job) })
      return [job.generateMetadata, job.generateQuiz, job.generateNotes]
    }
    assert.deepStrictEqual(await jobOf({}), [true, true, false])
    assert.deepStrictEqual(await jobOf({ generateMetadata: false }), [false, true, false])
    assert.deepStrictEqual(await jobOf({ generateQuiz: false, generateNotes: true }), [true, false, true])
  })

  // §9 OURS: more languages than the original's two can be allowed
  it("may name the languages that the service was given", async () => {
    const wider = await start({ languages: ["fr", "en", "de"] }, rig.folder, "cli")
    const caller = new Caller(wider.url, client.token)
    const id = await Started.uploadSubtitles(caller, { language: "de", translateTo: "fr" })
    assert.strictEqual((await Started.enrichment(client, id)).language, "de")
    const { json } = await client.post("/enrichments/upload", { form: Started.uploadForm({}, { language: "de" }) })
    assert.strictEqual(
      json.errors[0].message,
      "The chosen language is not supported. Supported languages are : ['fr', 'en']"
    )
    await client.delete(`/enrichments/${id}`)
    await wider.stop()
  })

  // §2.11 MUST: empty texts of a form are nothing at all
  it("take empty fields of a form for none", async () => {
    const id = await Started.upload(
      client,
      { language: "", translateTo: "", aiModel: "", infrastructure: "", aiEvaluation: "" },
      { endUserIdentifier: "", notificationLevel: "", originalFileName: "" }
    )
    const found = await Started.enrichment(client, id)
    assert.deepStrictEqual(
      [found.language, found.translateTo, found.aiModel, found.aiEvaluation, found.media.originalFileName],
      [null, null, null, null, "leçon.wav"]
    )
    await client.delete(`/enrichments/${id}`)
  })

  // §9 OURS: an upload that is repeated with its Idempotency-Key is kept once
  it("upload once for a key", async () => {
    const headers = { "idempotency-key": "upload" }
    const send = (more = {}) => client.post("/enrichments/upload", { form: Started.uploadForm(more, nothing), headers })
    const ids = (await Promise.all([send(), send(), send()])).map(({ json }) => json.id)
    assert.strictEqual(new Set(ids).size, 1)
    assert.strictEqual((await send({ originalFileName: "another" })).status, 409)
    const long = await client.post("/enrichments/upload", {
      form: Started.uploadForm(),
      headers: { "idempotency-key": "x".repeat(256) }
    })
    assert.strictEqual(long.status, 400)
    await client.delete(`/enrichments/${ids[0]}`)
  })
})

describe("Versions", () => {
  // §2.6 MUST: a version may be pushed as a form, urlencoded or as JSON; nothing of it is held against the enrichment
  // §2.6 MUST: the transcript is copied without its translation, the state stays, empty pointers are accepted
  it("are pushed in any encoding", async () => {
    const id = await Started.uploadSubtitles(client, { language: "fr", translateTo: "en" })
    assert.isTrue(await Workers.translate(worker))
    const metadata = { title: "T", description: "D", topics: ["t"], discipline: "Astrologie", mediaType: "rien" }
    const question = { question: "q", explanation: "e", choices: [], answerPointer: { startAnswerPointer: "" } }
    const texts = {
      enrichmentVersionMetadata: JSON.stringify(metadata),
      multipleChoiceQuestions: JSON.stringify([question]),
      translatedNotes: "tn"
    }
    const bodies = [
      { urlencoded: texts },
      { form: texts },
      { json: { enrichmentVersionMetadata: metadata, multipleChoiceQuestions: [question], translatedNotes: "tn" } }
    ]
    for (const body of bodies) {
      const { json, text } = await client.post(`/enrichments/${id}/versions`, body)
      assert.strictEqual(json.status, "OK", text)
      const pushed = (await client.get(`/enrichments/${id}/versions/${json.id}`)).json
      assert.strictEqual(pushed.enrichmentVersionMetadata.discipline, "Astrologie")
      assert.deepStrictEqual(pushed.multipleChoiceQuestions[0].answerPointer, {
        startAnswerPointer: "00:00:00",
        stopAnswerPointer: "00:00:00"
      })
      assert.deepStrictEqual(
        [pushed.translatedNotes, pushed.language, pushed.translateTo, pushed.transcript.translatedText],
        ["tn", "fr", "en", null]
      )
      const { lastVersionId, status } = await Started.enrichment(client, id)
      assert.deepStrictEqual([lastVersionId, status], [json.id, "SUCCESS"])
    }
    const unknown = await client.post(`/enrichments/${id}/versions`, { form: { translate: "perhaps" } })
    assert.deepStrictEqual([unknown.status, unknown.json.errors[0].path], [400, "translate"])
  })

  // §2.6 FIX: a version that wants to be translated is refused with 409 while a worker is at another
  // §2.12 OURS: a new AI version tells its id
  it("do not overtake a worker", async () => {
    const id = await Started.uploadSubtitles(client)
    const renewed = await client.post(`/enrichments/${id}/new_ai_version`, renewal({ generateNotes: true }))
    const taken = (await Workers.take(worker, "enrichment"))!
    assert.strictEqual(renewed.json.id, taken.job.enrichmentVersionId)
    const push = (translate: string) => client.post(`/enrichments/${id}/versions`, { form: { notes: "n", translate } })
    assert.strictEqual((await push("1")).status, 409)
    assert.strictEqual((await push("0")).status, 200)
    const path = Workers.resultPath(taken, "ai_enrichment")
    assert.strictEqual((await worker.post(path, { json: Workers.enriched(taken.task, taken.job) })).status, 200)
    assert.strictEqual((await Started.enrichment(client, id)).status, "SUCCESS")
    const removed = await client.delete(`/enrichments/${id}/versions/${renewed.json.id}`)
    assert.strictEqual(removed.status, 200)
  })

  // §2.4 MUST: what a deleted enrichment was about goes; how its questions were liked stays
  // §2.4 OURS: whom it was about goes too, with what was still to be told of it
  it("leave a mark when they are deleted", async () => {
    const id = await Started.uploadEnriched(client, worker)
    await rig.query(
      `UPDATE stt_enrichments SET contributors = '{Ada}', end_user_identifier = 'ada', failure_cause = 'hers'
        WHERE id = $1`,
      id
    )
    await rig.keep(id, "0", "Ada said")
    assert.lengthOf(await rig.query("SELECT 1 FROM stt_pieces WHERE enrichment_id = $1", id), 1)
    await rig.query(
      `INSERT INTO stt_webhooks (id, enrichment_id, client_id, url, status, state, next_at, created_at)
        VALUES (gen_random_uuid(), $1, 'client', 'http://127.0.0.1/', 'FAILURE', 'pending', 'infinity', now())`,
      id
    )
    const { id: vid, multipleChoiceQuestions: [question] } = await Started.latest(client, id)
    await client.post(`/enrichments/${id}/versions/${vid}/mcq/${question.id}`, { json: { thumbUp: true } })
    await client.delete(`/enrichments/${id}`)
    // Its worker does not know yet.
    await rig.keep(id, "1", "Ada said more")
    const rows = await rig.query(
      `SELECT evaluation_mark, disciplines, media_types, notification_url, media_name, initial_version_id,
        contributors, end_user_identifier, failure_cause,
        (SELECT count(*)::int FROM stt_versions WHERE enrichment_id = e.id) AS versions,
        (SELECT count(*)::int FROM stt_pieces WHERE enrichment_id = e.id) AS pieces,
        (SELECT count(*)::int FROM stt_webhooks WHERE enrichment_id = e.id AND state = 'abandoned'
          AND ended_at IS NOT NULL) AS abandoned
        FROM stt_enrichments e WHERE id = $1`,
      id
    )
    assert.deepStrictEqual(rows, [{
      evaluationMark: 1,
      disciplines: [],
      mediaTypes: [],
      notificationUrl: null,
      mediaName: null,
      initialVersionId: null,
      contributors: [],
      endUserIdentifier: null,
      failureCause: null,
      versions: 0,
      pieces: 0,
      abandoned: 1
    }])
  })
})

describe("Subtitles", () => {
  const download = (id: string, vid: string, query = "") =>
    client.get(`/enrichments/${id}/versions/${vid}/download_transcript${query}`)

  // §6.3 MUST: a cue ends after a full stop, at the last word, or after twelve words unless the next is a continuation
  it("are broken into cues where the contract says", async () => {
    const id = await Started.uploadSubtitles(client)
    const said = "a b c d e f g h i j k l m 'n o. p".split(" ").map((text, index) => ({
      start: index,
      end: index + 0.5,
      text: text.startsWith("'") ? text : ` ${text}`
    }))
    const file = { ...transcript(), sentences: [{ start: 0, end: 20, text: "x", words: said }] }
    const { json } = await client.post(`/enrichments/${id}/versions`, {
      form: { transcript: new File([JSON.stringify(file)], "t") }
    })
    const { text } = await download(id, json.id, "?format=vtt")
    assert.deepStrictEqual(text.split("\n\n").slice(1, -1), [
      "00:00:00.000 --> 00:00:13.500\na b c d e f g h i j k l m'n",
      "00:00:14.000 --> 00:00:14.500\no.",
      "00:00:15.000 --> 00:00:15.500\np"
    ])
  })

  // §2.14 MUST: the original is given by its language, the version's or none; the translation by its own
  // §2.14 FIX: a translation that is not there yet is refused with 400
  it("come in the language that is asked for", async () => {
    const id = await Started.uploadSubtitles(client, { language: "fr", translateTo: "en" })
    const { id: vid } = await Started.latest(client, id)
    const early = await download(id, vid, "?language=en")
    assert.strictEqual(early.status, 400)
    assert.match(early.json.errors[0].language, /^Couldn't find transcript in the specified language/)
    assert.deepStrictEqual([early.json.errors[0].path, typeof early.json.errors[0].message], ["language", "string"])
    assert.isTrue(await Workers.translate(worker))
    for (const [query, found] of [["", "Bonjour"], ["?language=fr", "Bonjour"], ["?language=en", "Hello all."]]) {
      assert.include((await download(id, vid, query)).text, found!)
    }
  })
})

describe("Workers", () => {
  // §0 FIX: unknown fields of a report are ignored
  // §3.4 MUST: an evaluation may be an object, too
  it("may say more than is known", async () => {
    const id = await Started.uploadEnriched(client, worker, { aiEvaluation: "ChatGPT" })
    const taken = (await Workers.take(worker, "evaluation", "&evaluator=ChatGPT"))!
    assert.isUndefined(await Workers.take(worker, "evaluation", "&evaluator=Other"))
    const answer = await worker.post(Workers.resultPath(taken, "ai_evaluation"), {
      json: {
        taskId: taken.task,
        status: "OK",
        failureCause: null,
        version: 7,
        evaluations: taken.job.multipleChoiceQuestions.map(({ id }: Json) => ({ id, evaluation: { ok: 1 }, extra: 1 }))
      }
    })
    assert.strictEqual(answer.status, 200, answer.text)
    const { multipleChoiceQuestions: [question] } = await Started.latest(client, id)
    assert.deepStrictEqual(question.evaluation, { ok: 1 })
    assert.deepStrictEqual((await Started.enrichment(client, id)).aiEvaluatedBy, { name: "worker" })
  })

  // §3.1 MUST: a transcript for an enrichment that has one is refused with 403
  it("cannot transcribe twice", async () => {
    const id = await Started.upload(client, nothing)
    const late = (await Workers.take(worker, "transcription"))!
    await rig.query("UPDATE stt_enrichments SET transcription_lease_at = now() - interval '1 day' WHERE id = $1", id)
    const next = (await Workers.take(worker, "transcription"))!
    assert.strictEqual((await Workers.postTranscript(worker, next)).status, 200)
    assert.deepStrictEqual(told(await Workers.postTranscript(worker, late)), [
      403,
      null,
      "There is already an initial version found for the enrichment"
    ])
    assert.strictEqual((await client.get(`/enrichments/${id}/versions`)).json.totalElements, 1)
  })

  // §3.5 MUST: an upload that takes too long is ended by the clean-up, and told of
  it("are not needed to end what never arrived", async () => {
    const { json } = await client.post("/enrichments/url", {
      json: { url: "http://media.invalid/a", ...renewal({ generateMetadata: false }).json }
    })
    await rig.query(
      `UPDATE stt_enrichments SET status = 'UPLOADING_MEDIA', failure_cause = NULL, upload_owner = 1,
        upload_next_at = 'infinity', upload_started_at = now() - interval '59 minutes' WHERE id = $1`,
      json.id
    )
    assert.strictEqual((await rig.cleanUp()).failed, 0)
    await rig.query(
      "UPDATE stt_enrichments SET upload_started_at = now() - interval '61 minutes' WHERE id = $1",
      json.id
    )
    assert.strictEqual((await rig.cleanUp()).failed, 1)
    const { body } = await hooked.until(({ body }) => body.id === json.id && /too long/.test(body.failureCause))
    assert.deepStrictEqual([body.status, body.failureCause], ["FAILURE", "Uploading took too long"])
  })

  // §3 MUST: a step that is unavailable again and again uses up its attempts like one that times out
  it("are not asked for ever", async () => {
    const id = await Started.uploadSubtitles(client, { translateTo: "en" })
    for (let attempt = 0; attempt < 3; attempt++) {
      const { job, task } = (await Workers.take(worker, "translation"))!
      const report = { json: { taskId: task, status: "UNAVAILABLE", failureCause: "full" } }
      assert.strictEqual((await worker.post(Workers.resultPath({ job, task }, "translation"), report)).status, 200)
      assert.strictEqual((await Started.enrichment(client, id)).status, "WAITING_TRANSLATION")
    }
    assert.isUndefined(await Workers.take(worker, "translation"))
    await rig.query(
      "UPDATE stt_enrichments SET translation_started_at = now() - interval '11 minutes', translation_lease_at = NULL WHERE id = $1",
      id
    )
    assert.strictEqual((await rig.cleanUp()).failed, 1)
    const { failureCause, status } = await Started.enrichment(client, id)
    assert.deepStrictEqual([status, failureCause], ["FAILURE", "Max translation retries reached (2)"])
  })

  // §3 MUST: a report is checked in order: scope, ids, body, existence, task
  it("have their reports checked in order", async () => {
    const path = `/enrichments/${unknownId}/versions/${unknownId}/ai_enrichment`
    const report = { json: { taskId: taskId(), status: "KO", failureCause: "x" } }
    assert.strictEqual((await client.post(path, report)).status, 403)
    assert.strictEqual((await worker.post(path.replace(unknownId, "x"), { raw: "{" })).status, 400)
    assert.strictEqual((await worker.post(path, { json: { status: "KO" } })).status, 400)
    assert.strictEqual((await worker.post(path, report)).status, 404)
  })
})

describe("States", () => {
  // §5 MUST: every state is followed by the one of the contract, in the exact words
  it("follow one another as the contract says", async () => {
    const all = {
      generateMetadata: true,
      generateNotes: true,
      language: "fr",
      translateTo: "en",
      aiEvaluation: "ChatGPT"
    }
    const only = (wanted: Record<string, unknown>) => ({ ...nothing, ...wanted })
    const chains: ReadonlyArray<readonly [Record<string, unknown>, ReadonlyArray<string>]> = [
      [all, ["WAITING_AI_ENRICHMENT", "WAITING_TRANSLATION", "WAITING_AI_EVALUATION", "SUCCESS"]],
      [only({ translateTo: "en" }), ["WAITING_TRANSLATION", "SUCCESS"]],
      [only({ aiEvaluation: "ChatGPT" }), ["WAITING_AI_EVALUATION", "SUCCESS"]],
      [only({}), ["SUCCESS"]]
    ]
    const steps: Record<string, readonly [string, keyof typeof Workers.reports]> = {
      WAITING_MEDIA_TRANSCRIPTION: ["TRANSCRIBING_MEDIA", "transcription"],
      WAITING_AI_ENRICHMENT: ["AI_ENRICHING", "enrichment"],
      WAITING_TRANSLATION: ["TRANSLATING", "translation"],
      WAITING_AI_EVALUATION: ["AI_EVALUATING", "evaluation"]
    }
    for (const [wanted, expected] of chains) {
      const id = await Started.upload(client, wanted)
      for (const state of ["WAITING_MEDIA_TRANSCRIPTION", ...expected]) {
        assert.strictEqual((await Started.enrichment(client, id)).status, state)
        const [running, step] = steps[state] ?? []
        if (step === undefined) continue
        const taken = (await Workers.take(worker, step, "&evaluator=ChatGPT"))!
        assert.strictEqual((await Started.enrichment(client, id)).status, running)
        assert.strictEqual((await Workers.reports[step](worker, taken)).status, 200)
      }
    }
  })
})

describe("The document", () => {
  /** What a worker said of a sentence beyond its text and times is kept, and not described. */
  const plain = (value: unknown) =>
    JSON.parse(JSON.stringify(value, (key, inner) => key.endsWith("entences") ? undefined : inner))

  const matches = (answer: Json, schema: Schema.ConstraintDecoder<unknown>, what: string) => {
    const decoded = Schema.decodeUnknownSync(schema)(answer)
    assert.deepStrictEqual(plain(decoded), plain(answer), what)
  }

  // §0 MUST: every answer has the keys that the document tells, no more and no fewer
  it("tells every key that is answered", async () => {
    const wanted = { language: "fr", translateTo: "en", aiEvaluation: "ChatGPT", generateNotes: true }
    const id = await Started.upload(client, wanted)
    const jobs = [
      ["transcription", Assignments.Transcription],
      ["enrichment", Assignments.Enrichment],
      ["translation", Assignments.Translation],
      ["evaluation", Assignments.Evaluation]
    ] as const
    for (const [step, schema] of jobs) {
      const taken = (await Workers.take(worker, step, "&evaluator=ChatGPT"))!
      matches(taken.job, schema, step)
      assert.strictEqual((await Workers.reports[step](worker, taken)).status, 200)
      matches(await Started.enrichment(client, id), Answers.EnrichmentWithStatus, step)
      matches(await Started.latest(client, id), Answers.Version, step)
    }
    const { id: vid } = await Started.latest(client, id)
    const answers: ReadonlyArray<readonly [string, Schema.ConstraintDecoder<unknown>]> = [
      ["/enrichments", Answers.pageOf(Answers.Enrichment)],
      ["/enrichments?withStatus=on", Answers.pageOf(Answers.EnrichmentWithStatus)],
      [`/enrichments/${id}/versions`, Answers.pageOf(Answers.Version)],
      [`/enrichments/${id}/versions?withTranscript=no`, Answers.pageOf(Answers.ListedVersion)],
      [`/enrichments/${id}/versions/${vid}`, Answers.Version],
      ["/enrichments/ai_model_infrastructure_combinations", Answers.Combinations],
      ["/home", Answers.Done],
      ["/health", Answers.Health],
      ["/enrichments/x", Answers.Refusal]
    ]
    for (const [path, schema] of answers) matches((await client.get(path)).json, schema, path)
    const judged = await client.post(`/enrichments/${id}/versions/${vid}/evaluate`, { json: {} })
    matches(judged.json, Answers.Judged, "evaluate")
  })
})
