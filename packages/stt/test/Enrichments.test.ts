/** Creating, reading, judging and removing, as clients do, over real HTTP. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Caller, type Json } from "./support/Caller.ts"
import { sentences, srt, transcript, vtt, wav } from "./support/Media.ts"
import { type Rig, start } from "./support/Service.ts"
import * as Started from "./support/Started.ts"
import * as Workers from "./support/Workers.ts"

let rig: Rig
let client: Caller
let other: Caller
let worker: Caller
const unknownId = "0190b4a8-0000-7000-8000-000000000000"

beforeAll(async () => {
  rig = await start()
  client = await Caller.of(rig, "client", await rig.client("client", { scopes: ["scope_default", "scope_client"] }))
  other = await Caller.of(rig, "other", await rig.client("other", { scopes: ["scope_default", "scope_client"] }))
  worker = await Caller.of(rig, "worker", await rig.client("worker"))
})

afterAll(() => rig.stop())

const paths = ({ json }: { readonly json: Json }) => json.errors.map(({ path }: Json) => path)

const byUrl = (more: Record<string, unknown> = {}) => ({
  url: "http://media.invalid/a.mp3",
  notificationWebhookUrl: Started.hookUrl,
  enrichmentParameters: Started.parameters(),
  ...more
})

describe("Creation", () => {
  // §2.10 FIX: missing enrichmentParameters are refused with 400
  // §2.10 MUST: blank or malformed URLs are refused at their path
  // §0 FIX: every refusal has the envelope and its path
  it("refuses what cannot be asked for, at its path", async () => {
    const cases: ReadonlyArray<readonly [Record<string, unknown>, number, ReadonlyArray<string | null>]> = [
      [{ enrichmentParameters: undefined }, 400, ["enrichmentParameters"]],
      [{ url: "" }, 400, ["url"]],
      [{ url: "ftp://media.test/a" }, 400, ["url"]],
      [{ url: "http://127.0.0.1/a" }, 400, ["url"]],
      [{ url: "http://localhost/a" }, 400, ["url"]],
      [{ url: "http://[::1]/a" }, 400, ["url"]],
      [{ url: "http://2130706433/a" }, 400, ["url"]],
      [{ notificationWebhookUrl: null }, 400, ["notificationWebhookUrl"]],
      [{ notificationWebhookUrl: "nonsense" }, 400, ["notificationWebhookUrl"]],
      [{ notificationLevel: "all" }, 400, ["notificationLevel"]],
      [{ endUserIdentifier: "x".repeat(256) }, 400, ["endUserIdentifier"]],
      [{ enrichmentParameters: [] }, 400, ["enrichmentParameters.mediaTypes", "enrichmentParameters.disciplines"]],
      [{ enrichmentParameters: Started.parameters({ aiEvaluation: "Other" }) }, 400, [
        "enrichmentParameters.aiEvaluation"
      ]],
      [{ enrichmentParameters: Started.parameters({ language: "de" }) }, 400, ["enrichmentParameters.language"]],
      [
        { enrichmentParameters: Started.parameters({ language: "fr", translateTo: "fr" }) },
        400,
        ["enrichmentParameters.translateTo"]
      ],
      [{ enrichmentParameters: Started.parameters({ aiModel: "none" }) }, 400, ["enrichmentParameters.aiModel"]],
      [{ enrichmentParameters: { mediaTypes: "text" } }, 422, ["enrichmentParameters.mediaTypes"]],
      [{ url: 3 }, 422, ["url"]]
    ]
    for (const [more, status, expected] of cases) {
      const answer = await client.post("/enrichments/url", { json: byUrl(more) })
      assert.strictEqual(answer.status, status, JSON.stringify(more))
      assert.deepStrictEqual(paths(answer), expected, JSON.stringify(more))
    }
    const broken = await client.post("/enrichments/url", { raw: "{", headers: { "content-type": "application/json" } })
    assert.strictEqual(broken.status, 400)
    assert.strictEqual(
      (await client.post("/enrichments/url", { raw: "", headers: { "content-type": "application/json" } })).status,
      422
    )
  })

  // §0 MUST: the success of a POST is 200
  // §2.10 MUST: a PHP client's empty list stands for an empty map
  // §2.10 MUST: the misspelt enduserIdentifier is accepted
  // §0 MUST: unknown fields are ignored
  it("creates by URL and tells the id", async () => {
    const answer = await client.post("/enrichments/url", {
      json: byUrl({
        enduserIdentifier: "someone",
        somethingNew: 1,
        enrichmentParameters: { generateMetadata: false, extra: true }
      })
    })
    assert.strictEqual(answer.status, 200, answer.text)
    const found = await Started.enrichment(client, answer.json.id)
    assert.strictEqual(found.endUserIdentifier, "someone")
    assert.include(["WAITING_MEIDA_UPLOAD", "UPLOADING_MEDIA", "FAILURE"], found.status)
  })

  // §2.11 MUST: the parameters of an upload are JSON text in a field
  // §2.11 FIX: an upload without a file, or without parameters, is refused with 400
  it("creates by upload", async () => {
    const id = await Started.upload(client, {}, { originalFileName: "Mon cours.wav", endUserIdentifier: "" })
    const found = await Started.enrichment(client, id)
    assert.strictEqual(found.status, "WAITING_MEDIA_TRANSCRIPTION")
    assert.deepStrictEqual(found.media, { originalFileName: "Mon cours.wav", mimeType: "audio/wav" })
    assert.strictEqual(found.mediaDurationInSeconds, 1)
    assert.isNull(found.endUserIdentifier)
    assert.match(found.createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/)
    const without = Object.fromEntries(Object.entries(Started.uploadForm()).filter(([name]) => name !== "file"))
    const refused = await client.post("/enrichments/upload", { form: without })
    assert.deepStrictEqual([refused.status, paths(refused)], [400, ["file"]])
    const bare = Object.fromEntries(
      Object.entries(Started.uploadForm()).filter(([name]) => name !== "enrichmentParameters")
    )
    assert.strictEqual((await client.post("/enrichments/upload", { form: bare })).status, 400)
    const nonsense = await client.post("/enrichments/upload", {
      form: Started.uploadForm({ enrichmentParameters: "{" })
    })
    assert.deepStrictEqual([nonsense.status, paths(nonsense)], [400, ["enrichmentParameters"]])
  })

  // §7 MUST: the type is told by the content, never by the name
  // §7 FIX: what is not accepted is refused at file, never a 500
  it("refuses files that are not what they say", async () => {
    const png = Buffer.from("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489", "hex")
    const mute = Buffer.concat([wav(1).subarray(0, 40), Buffer.alloc(4)])
    const files: ReadonlyArray<readonly [string, Buffer | string]> = [
      ["empty.mp3", ""],
      ["picture.mp4", png],
      ["page.mp3", "<!DOCTYPE html><html><body>Not found</body></html>"],
      ["data.srt", "{\"a\": 1}"],
      ["text.srt", "Nothing here is timed.\n"],
      ["cut.mp4", Buffer.from("00000018667479706d703432000000006d70343269736f6d0000", "hex")],
      ["noise.wav", Buffer.from([0, 1, 2, 3, 4, 5, 6, 7])],
      ["mute.wav", mute.subarray(0, 20)]
    ]
    for (const [name, content] of files) {
      const answer = await client.post("/enrichments/upload", {
        form: Started.uploadForm({ file: new File([content as string], name) })
      })
      assert.deepStrictEqual([answer.status, paths(answer)], [400, ["file"]], `${name} ${answer.text}`)
    }
  })

  // §7 MUST: media that are too long, and texts that are too large, are refused in the contract's words
  it("refuses what is one second too long, and texts that are too large", async () => {
    await rig.set("MAX_MEDIA_DURATION_IN_SECONDS", 2)
    const long = await client.post("/enrichments/upload", {
      form: Started.uploadForm({ file: new File([wav(3)], "a.wav") })
    })
    assert.strictEqual(long.status, 400)
    assert.strictEqual(
      long.json.errors[0].message,
      "Audio duration (3 s) exceeds maximum accepted media duration (2 s)"
    )
    await rig.set("MAX_MEDIA_DURATION_IN_SECONDS", 14_400)
    await rig.set("MAX_TEXT_LENGTH", 5)
    const text = await client.post("/enrichments/upload", {
      form: Started.uploadForm({ file: new File([srt], "a.srt") })
    })
    assert.strictEqual(text.json.errors[0].message, "Text length (24) exceeds maximum accepted lenght (5)")
    await rig.set("MAX_TEXT_LENGTH", -1)
  })

  // §7 MUST: subtitles are read leniently, in odd encodings too, and become the first version
  it("reads subtitles in the encodings in which they come", async () => {
    const latin = Buffer.from(srt, "latin1")
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(srt, "utf16le")])
    for (const content of [srt, `\uFEFF${srt}`, latin, utf16, srt.replaceAll("\n", "\r\n")]) {
      const id = await Started.upload(client, { generateMetadata: false, generateQuiz: false }, {
        file: new File([content], "a.srt")
      })
      const { initialVersion, aiGenerated, transcript } = await Started.latest(client, id)
      assert.isTrue(initialVersion && aiGenerated)
      assert.strictEqual(transcript.text, " Bonjour à tous. Merci.")
      assert.deepStrictEqual(transcript.sentences[0], { start: 1, end: 2.5, text: "Bonjour à tous." })
      assert.strictEqual(transcript.language, "fr")
      const found = await Started.enrichment(client, id)
      assert.deepStrictEqual([found.status, found.aiGenerationCount, found.mediaTextLength], ["SUCCESS", 1, 24])
    }
    const id = await Started.upload(client, { generateMetadata: false, generateQuiz: false }, {
      file: new File([vtt], "a.vtt")
    })
    assert.strictEqual((await Started.latest(client, id)).transcript.text, " Hello Thanks.")
  })

  // §9 OURS: a creation that is repeated with its Idempotency-Key is made once
  it("creates once for a key", async () => {
    const headers = { "idempotency-key": "once" }
    const same = () => client.post("/enrichments/url", { json: byUrl(), headers })
    const answers = await Promise.all([same(), same(), same()])
    assert.strictEqual(new Set(answers.map(({ json }) => json.id)).size, 1)
    const changed = await client.post("/enrichments/url", { json: byUrl({ url: "http://media.invalid/b" }), headers })
    assert.strictEqual(changed.status, 409)
  })

  // §9 OURS: minutes of media a month can be limited
  it("refuses more minutes than a client may send in a month", async () => {
    await rig.client("small", { monthlyMinutes: 0 })
    const small = await Caller.of(rig, "small", "small-secret")
    const answer = await small.post("/enrichments/upload", { form: Started.uploadForm() })
    assert.deepStrictEqual([answer.status, paths(answer)], [400, ["file"]])
  })

  // §2.10 FIX: a client with a forced model may name it
  it("keeps a client to its own model", async () => {
    await rig.client("gpu", {
      aiModel: "m1",
      infrastructure: "i1",
      scopes: ["scope_default", "scope_processing_worker"]
    })
    await rig.client("forced", { enrichmentModel: "m1" })
    const forced = await Caller.of(rig, "forced", "forced-secret")
    const ask = (aiModel?: string) =>
      forced.post("/enrichments/url", {
        json: byUrl({ enrichmentParameters: Started.parameters(aiModel === undefined ? {} : { aiModel }) })
      })
    assert.deepStrictEqual(paths(await ask("m2")), ["enrichmentParameters.aiModel"])
    const same = await ask("m1")
    assert.strictEqual(same.status, 200, same.text)
    const found = await Started.enrichment(forced, (await ask()).json.id)
    assert.strictEqual(found.aiModel, "m1")
    const pairs = await forced.get("/enrichments/ai_model_infrastructure_combinations")
    assert.deepStrictEqual(pairs.json, [{ aiModel: "m1", infrastructure: "i1" }])
    await rig.edit("gpu", { active: false })
  })
})

describe("Reading", () => {
  // §2 MUST: unknown, deleted and foreign enrichments are told apart: 404, 404, 403
  // §2.4 MUST: deleting answers 200 and takes the versions along
  // §2.4 FIX: deleting deletes the medium too
  it("tells unknown, deleted and foreign enrichments apart", async () => {
    const id = await Started.upload(client)
    assert.strictEqual((await client.get(`/enrichments/${unknownId}`)).status, 404)
    assert.strictEqual((await client.get("/enrichments/nonsense")).status, 400)
    assert.strictEqual((await other.get(`/enrichments/${id}`)).status, 403)
    assert.deepStrictEqual((await client.delete(`/enrichments/${id}`)).json, { status: "OK" })
    const gone = await client.get(`/enrichments/${id}`)
    assert.deepStrictEqual([gone.status, gone.json.errors[0].message], [
      404,
      `The enrichment that you want to get '${id}' has been deleted`
    ])
    const rows = await rig.query<{ mediaKey: string | null }>("SELECT media_key FROM stt_enrichments WHERE id = $1", id)
    assert.isNull(rows[0]!.mediaKey)
  })

  // §2.1 MUST: lists are pages with content, totalElements, currentPage and isLastPage
  // §2.1 FIX: the size of a page is capped
  // §2.1 FIX: an end user is matched exactly, also among contributors
  it("lists in pages, sorted, of one's own", async () => {
    const fresh = await Caller.of(rig, "lister", await rig.client("lister"))
    const ids: Array<string> = []
    for (const user of ["ann", "anna", "bob"]) {
      ids.push(
        await Started.upload(fresh, { generateMetadata: false, generateQuiz: false }, {
          file: new File([srt], "a.srt"),
          endUserIdentifier: user
        })
      )
    }
    const content = async (query: string) => (await fresh.get(`/enrichments${query}`)).json
    assert.deepStrictEqual((await content("")).content.map(({ id }: Json) => id), ids.toReversed())
    const page = await content("?order=ASC&size=2&page=2&sort=createdAt&withStatus=1")
    assert.deepStrictEqual([page.content.length, page.totalElements, page.currentPage, page.isLastPage], [
      1,
      3,
      2,
      true
    ])
    assert.property(page.content[0], "uploadStartedAt")
    assert.notProperty((await content("")).content[0], "uploadStartedAt")
    assert.strictEqual((await content("?endUserIdentifier=ann")).totalElements, 1)
    assert.strictEqual((await content("?endUserIdentifier=an%25")).totalElements, 0)
    await rig.query("UPDATE stt_enrichments SET contributors = ARRAY['ann'] WHERE id = $1", ids[2])
    assert.strictEqual((await content("?endUserIdentifier=ann")).totalElements, 2)
    const columns =
      "client_id, media_types, disciplines, generate_metadata, generate_quiz, generate_notes, status, created_at, updated_at"
    await rig.query(
      `INSERT INTO stt_enrichments (id, latest_enrichment_requested_at, ${columns})
      SELECT gen_random_uuid(), now(), ${columns} FROM stt_enrichments, generate_series(1, 1000) WHERE id = $1`,
      ids[0]
    )
    const capped = await content("?size=100000")
    assert.deepStrictEqual([capped.content.length, capped.totalElements, capped.isLastPage], [1000, 1003, false])
    const none = await Caller.of(rig, "none", await rig.client("none"))
    assert.deepStrictEqual((await none.get("/enrichments")).json, {
      content: [],
      totalElements: 0,
      currentPage: 1,
      isLastPage: true
    })
    for (
      const [query, path] of [["size=abc", "size"], ["page=0", "page"], ["sort=name", "sort"], ["order=up", "order"], [
        "withStatus=maybe",
        "withStatus"
      ]]
    ) {
      const answer = await fresh.get(`/enrichments?${query}`)
      assert.deepStrictEqual([answer.status, paths(answer)], [400, [path]])
    }
    assert.deepStrictEqual(
      (await other.get("/enrichments?size=1")).json.content.filter(({ id }: Json) => ids.includes(id)),
      []
    )
  })

  // §2.3 MUST: every documented key is there, with null where there is nothing
  // §2.4 FIX: initialVersionId and lastVersionId are told
  it("shows every key of an enrichment and of a version", async () => {
    const id = await Started.uploadEnriched(client, worker)
    const found = await Started.enrichment(client, id)
    for (
      const key
        of "id createdAt status failureCause media notificationStatus disciplines mediaTypes notifiedAt aiEvaluation endUserIdentifier contributors aiModel infrastructure language translateTo aiGenerationCount mediaTextLength mediaDurationInSeconds initialVersionId lastVersionId aiProcessedBy aiEvaluatedBy transcribedBy translatedBy latestEnrichmentRequestedAt uploadStartedAt uploadEndedAt transcribingStartedAt transcribingEndedAt aiEnrichmentStartedAt aiEnrichmentEndedAt translationStartedAt translationEndedAt aiEvaluationStartedAt aiEvaluationEndedAt"
          .split(" ")
    ) assert.property(found, key)
    assert.deepStrictEqual(found.contributors, [])
    assert.deepStrictEqual(found.aiProcessedBy, { name: "worker" })
    assert.strictEqual(found.initialVersionId, found.lastVersionId)
    const version = await Started.latest(client, id)
    assert.strictEqual(version.id, found.lastVersionId)
    for (
      const key
        of "id createdAt updatedAt initialVersion aiGenerated lastEvaluationDate enrichmentVersionMetadata transcript multipleChoiceQuestions disciplines mediaTypes endUserIdentifier aiEvaluation aiModel infrastructure language translateTo notes translatedNotes failureCause"
          .split(" ")
    ) assert.property(version, key)
    for (const key of "title translatedTitle topics translatedTopics thumbUpTitle userFeedback".split(" ")) {
      assert.property(version.enrichmentVersionMetadata, key)
    }
    assert.match(version.multipleChoiceQuestions[0].answerPointer.startAnswerPointer, /^\d\d:\d\d:\d\d$/)
  })
})

describe("Versions", () => {
  // §2.5 MUST: without a query two versions are shown, with any parameter fifty; transcripts can be left out
  // §2.6 MUST: a pushed version takes the transcript of the latest where none is sent
  // §2.6 MUST: several questions may come without brackets
  // §2.9 MUST: the initial version cannot be deleted, others can
  it("pushes, lists and deletes versions", async () => {
    const id = await Started.uploadSubtitles(client)
    const push = (form: Record<string, string | Blob>) => client.post(`/enrichments/${id}/versions`, { form })
    const first = await push({
      enrichmentVersionMetadata: JSON.stringify({ title: "T", description: "D", topics: [] }),
      multipleChoiceQuestions: "{\"question\":\"a\",\"choices\":[]},{\"question\":\"b\",\"choices\":[]}",
      notes: "n"
    })
    assert.strictEqual(first.status, 200, first.text)
    const pushed = (await client.get(`/enrichments/${id}/versions/${first.json.id}`)).json
    assert.deepStrictEqual([pushed.aiGenerated, pushed.initialVersion, pushed.notes], [false, false, "n"])
    assert.strictEqual(pushed.transcript.text, " Bonjour à tous. Merci.")
    assert.deepStrictEqual(pushed.multipleChoiceQuestions.map(({ question }: Json) => question), ["a", "b"])
    const second = await push({ transcript: new File([JSON.stringify(transcript())], "t.json") })
    assert.strictEqual(second.status, 200, second.text)
    assert.deepStrictEqual((await Started.latest(client, id)).transcript.sentences, sentences)
    const wrong = await push({ transcript: new File(["no json"], "t.json") })
    assert.deepStrictEqual([wrong.status, paths(wrong), wrong.json.errors[0].message], [
      400,
      ["transcript"],
      "The uploaded file should be JSON"
    ])
    assert.strictEqual((await client.get(`/enrichments/${id}/versions`)).json.content.length, 2)
    const all = (await client.get(`/enrichments/${id}/versions?withTranscript=false&order=ASC`)).json.content
    assert.deepStrictEqual([all.length, all.some((version: Json) => "transcript" in version)], [3, false])
    const initial = await client.delete(`/enrichments/${id}/versions/${all[0].id}`)
    assert.deepStrictEqual([initial.status, paths(initial)], [403, ["versionId"]])
    assert.strictEqual((await client.delete(`/enrichments/${id}/versions/${second.json.id}`)).status, 200)
    assert.strictEqual((await Started.enrichment(client, id)).lastVersionId, first.json.id)
    assert.strictEqual((await client.get(`/enrichments/${id}/versions/${unknownId}`)).status, 403)
  })

  // §2.6 MUST: a version cannot be pushed before the initial one
  // §2.7 MUST: latest is 404 while there is no version
  // §2.12 FIX: a new AI version before the initial one is refused with 409
  it("refuses versions before the first one", async () => {
    const id = await Started.upload(client)
    assert.strictEqual((await client.get(`/enrichments/${id}/versions/latest`)).status, 404)
    assert.strictEqual((await client.post(`/enrichments/${id}/versions`, { form: { notes: "n" } })).status, 403)
    const renewed = await client.post(`/enrichments/${id}/new_ai_version`, { json: byUrl() })
    assert.strictEqual(renewed.status, 409)
    await client.delete(`/enrichments/${id}`)
  })

  // §2.12 MUST: a new AI version keeps the transcript and starts the chain again
  // §2.12 MUST: access is checked before the body
  // §2.12 FIX: a new AI version while a worker is at it is refused with 409
  // §5 FIX: the cause of a failure is cleared when work begins again
  it("renews an enrichment", async () => {
    const id = await Started.uploadSubtitles(client)
    assert.strictEqual((await other.post(`/enrichments/${id}/new_ai_version`, { json: {} })).status, 403)
    const renew = (parameters: Record<string, unknown>) =>
      client.post(`/enrichments/${id}/new_ai_version`, { json: byUrl({ enrichmentParameters: parameters }) })
    await rig.query("UPDATE stt_enrichments SET status = 'FAILURE', failure_cause = 'x' WHERE id = $1", id)
    assert.strictEqual((await renew({})).status, 200)
    const waiting = await Started.enrichment(client, id)
    assert.deepStrictEqual([waiting.status, waiting.aiGenerationCount, waiting.failureCause], [
      "WAITING_AI_ENRICHMENT",
      2,
      null
    ])
    const placeholder = await Started.latest(client, id)
    assert.deepStrictEqual([placeholder.enrichmentVersionMetadata, placeholder.multipleChoiceQuestions], [null, []])
    const taken = await Workers.take(worker, "enrichment")
    assert.strictEqual(taken!.job.enrichmentId, id)
    assert.strictEqual((await renew({})).status, 409)
    assert.strictEqual(
      (await worker.post(Workers.resultPath(taken!, "ai_enrichment"), {
        json: Workers.enriched(taken!.task, taken!.job)
      })).status,
      200
    )
    const nothing = { generateMetadata: false, generateQuiz: false }
    assert.strictEqual((await renew({ ...nothing, translateTo: "en" })).status, 200)
    assert.strictEqual((await Started.enrichment(client, id)).status, "WAITING_TRANSLATION")
    assert.isTrue(await Workers.translate(worker))
    assert.strictEqual((await renew({ ...nothing, aiEvaluation: "ChatGPT" })).status, 200)
    assert.strictEqual((await Started.enrichment(client, id)).status, "WAITING_AI_EVALUATION")
    assert.isTrue(await Workers.evaluate(worker))
    assert.strictEqual((await renew(nothing)).status, 200)
    assert.strictEqual((await Started.enrichment(client, id)).status, "SUCCESS")
  })

  // §2.13 MUST: thumbs and words are kept, unknown ids ignored, and only versions made by AI judged
  it("keeps what users think", async () => {
    const id = await Started.uploadEnriched(client, worker)
    const { id: vid, multipleChoiceQuestions: [question] } = await Started.latest(client, id)
    const version = `/enrichments/${id}/versions/${vid}`
    const judged = await client.post(`${version}/evaluate`, {
      json: {
        enrichmentVersionMetadata: { thumbUpTitle: true, userFeedback: "bien" },
        multipleChoiceQuestions: [
          {
            id: question.id,
            thumbUp: false,
            userFeedback: "non",
            choices: [{ id: question.choices[0].id, thumbUp: true }]
          },
          { id: unknownId, thumbUp: true, userFeedback: null, choices: [] }
        ]
      }
    })
    assert.strictEqual(judged.status, 200, judged.text)
    const { enrichmentVersion } = judged.json
    assert.strictEqual(enrichmentVersion.enrichmentVersionMetadata.thumbUpTitle, true)
    assert.strictEqual(enrichmentVersion.multipleChoiceQuestions[0].choices[0].thumbUp, true)
    assert.property(enrichmentVersion, "transcript")
    const one = await client.post(`${version}/mcq/${question.id}`, { json: { thumbUp: true, userFeedback: null } })
    assert.strictEqual(one.json.enrichmentVersion.multipleChoiceQuestions[0].thumbUp, true)
    const choice = await client.post(`${version}/mcq/${question.id}/choice/${question.choices[1].id}`, {
      json: { thumbUp: false }
    })
    assert.strictEqual(choice.json.enrichmentVersion.multipleChoiceQuestions[0].choices[1].thumbUp, false)
    assert.strictEqual((await client.post(`${version}/mcq/${unknownId}`, { json: {} })).status, 403)
    const pushed = await client.post(`/enrichments/${id}/versions`, { form: { notes: "n" } })
    const manual = await client.post(`/enrichments/${id}/versions/${pushed.json.id}/evaluate`, { json: {} })
    assert.deepStrictEqual([manual.status, paths(manual)], [400, ["versionId"]])
  })

  // §2.14 MUST: the header of a download ends with .srt or .vtt
  // §2.14 FIX: formats in capitals are accepted
  // §6.3 FIX: milliseconds are rounded, words without spaces are spaced, empty lists of words are no words
  it("renders subtitles", async () => {
    const id = await Started.uploadSubtitles(client)
    const words = [
      { start: 0, end: 0.4, text: "Bonjour" },
      { start: 0.4, end: 0.8, text: "l'" },
      { start: 0.8, end: 1.2346, text: "ami." },
      { start: 1.3, end: 2, text: "Merci" }
    ]
    const content = {
      language: "french",
      text: "x",
      sentences: [{ start: 0, end: 2, text: "x", words }, { start: 2, end: 3.0006, text: " Seule.", words: [] }]
    }
    const { json } = await client.post(`/enrichments/${id}/versions`, {
      form: { transcript: new File([JSON.stringify(content)], "t.json") }
    })
    const path = `/enrichments/${id}/versions/${json.id}/download_transcript`
    const found = await client.get(`${path}?language=fr`)
    assert.strictEqual(
      found.text,
      "1\n00:00:00,000 --> 00:00:01,235\nBonjour l'ami.\n\n2\n00:00:01,300 --> 00:00:02,000\nMerci\n\n"
        + "3\n00:00:02,000 --> 00:00:03,001\nSeule.\n\n"
    )
    assert.match(found.headers.get("content-disposition")!, /^attachment; .*filename=cours_1\.srt$/)
    assert.notInclude(found.headers.get("content-type"), "json")
    const vtt = await client.get(`${path}?format=VTT`)
    assert.isTrue(vtt.text.startsWith("WEBVTT\n\n00:00:00.000 --> 00:00:01.235\n"))
    assert.match(vtt.headers.get("content-disposition")!, /\.vtt$/)
    const wrong = await client.get(`${path}?format=wrong`)
    assert.deepStrictEqual([wrong.status, wrong.json.errors[0].format], [
      400,
      "'wrong' is not a supported format. Supported formats : SRT, VTT"
    ])
    const absent = await client.get(`${path}?language=de`)
    assert.strictEqual(absent.status, 400)
    assert.isString(absent.json.errors[0].language)
  })
})
