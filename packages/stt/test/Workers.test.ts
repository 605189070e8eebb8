/** What workers are given and what becomes of their reports, over real HTTP. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as net from "node:net"
import { Caller, type Json, taskId } from "./support/Caller.ts"
import { sentences } from "./support/Media.ts"
import { type Rig, start } from "./support/Service.ts"
import * as Started from "./support/Started.ts"
import { type Hook, hook } from "./support/Web.ts"
import * as Workers from "./support/Workers.ts"

let rig: Rig
let client: Caller
let worker: Caller
let second: Caller
let hooked: Hook
const unknownId = "0190b4a8-0000-7000-8000-000000000000"

beforeAll(async () => {
  hooked = await hook()
  const [address, port] = hooked.address.split(":")
  rig = await start({ fetchHosts: new Map([["hook.test", { address: address!, port: Number(port) }]]) })
  client = await Caller.of(rig, "client", await rig.client("client", { scopes: ["scope_default", "scope_client"] }))
  worker = await Caller.of(rig, "worker", await rig.client("worker"))
  second = await Caller.of(rig, "second", await rig.client("second"))
})

afterAll(async () => {
  await rig.stop()
  await hooked.close()
})

const message = ({ json }: { readonly json: Json }) => json.errors[0].message

const nothing = { generateMetadata: false, generateQuiz: false }

describe("Taking", () => {
  // §3 MUST: without a job a poll is answered 404, with a bad task id 400
  // §3 FIX: a missing task id, and a missing evaluator, are refused with 400
  // §9 OURS: an empty poll says when to come again
  it("answers 404 where there is no job", async () => {
    for (const path of Object.values(Workers.oldest)) {
      const none = await worker.get(`${path}?taskId=${taskId()}&evaluator=ChatGPT`)
      assert.strictEqual(none.status, 404)
      assert.isNull(none.json.errors[0].path)
      assert.strictEqual(none.headers.get("retry-after"), "5")
      assert.strictEqual((await worker.get(`${path}?taskId=x&evaluator=ChatGPT`)).status, 400)
      assert.strictEqual((await worker.get(path)).status, 400)
      assert.strictEqual((await client.get(`${path}?taskId=${taskId()}`)).status, 403)
    }
    assert.strictEqual((await worker.get(`${Workers.oldest.evaluation}?taskId=${taskId()}`)).status, 400)
  })

  // §3.1 MUST: a transcription job has its language, null if unknown, and a URL that needs no token
  // §3.1 MUST: the report is a form whose file has no type and a path as its name
  // §3.1 FIX: the language is normalised
  // §3.1 FIX: a transcript that is no JSON is refused with 400
  // §6.2 FIX: a transcript without its language, text or sentences is refused with 400
  // §6.2 MUST: sentences are kept and returned as they were sent, with whatever else was said of them
  // §3.1 FIX: a report that is repeated gets the same answer
  // §3.5 FIX: the medium is gone after its transcription
  it("hands out a transcription and takes its report", async () => {
    const id = await Started.upload(client, nothing)
    const taken = (await Workers.take(worker, "transcription"))!
    assert.strictEqual(taken.job.enrichmentId, id)
    assert.property(taken.job, "language")
    const medium = await fetch(taken.job.mediaTemporaryUrl)
    assert.strictEqual(medium.status, 200)
    assert.strictEqual((await medium.arrayBuffer()).byteLength, 16_044)
    assert.strictEqual((await fetch(`${taken.job.mediaTemporaryUrl}x`)).status, 404)
    assert.strictEqual((await Workers.postTranscript(second, taken)).status, 403)
    assert.strictEqual((await Workers.postTranscript(worker, { ...taken, task: taskId() })).status, 403)
    const path = `/enrichments/${id}/versions/initial/transcript`
    const absent = await worker.post(path, { form: { taskId: taken.task, status: "OK" } })
    assert.deepStrictEqual([absent.status, message(absent)], [400, "No transcript has been given"])
    for (const content of ["no json", "{}", "{\"language\":\"fr\",\"text\":\"x\"}"]) {
      const bad = await worker.post(path, {
        form: { taskId: taken.task, status: "OK", transcript: new File([content], "/tmp/x") }
      })
      assert.strictEqual(bad.status, 400)
    }
    assert.strictEqual((await worker.post(path, { form: { status: "OK" } })).status, 400)
    const reports = await Promise.all([1, 2, 3].map(() => Workers.postTranscript(worker, taken, "French")))
    assert.deepStrictEqual(reports.map(({ status }) => status), [200, 200, 200])
    assert.strictEqual(new Set(reports.map(({ json }) => json.id)).size, 1)
    const version = await Started.latest(client, id)
    assert.strictEqual(version.id, reports[0]!.json.id)
    assert.deepStrictEqual([version.transcript.language, version.transcript.sentences], ["fr", sentences])
    assert.strictEqual((await Started.enrichment(client, id)).status, "SUCCESS")
    assert.strictEqual((await fetch(taken.job.mediaTemporaryUrl)).status, 404)
  })

  // §3 MUST: jobs are ordered by priority, then by age
  it("gives the most urgent job first", async () => {
    const ids = [
      await Started.upload(client, nothing),
      await Started.upload(client, nothing),
      await Started.upload(client, nothing)
    ]
    await rig.query("UPDATE stt_enrichments SET priority = 5 WHERE id = $1", ids[2])
    assert.deepStrictEqual(
      await Promise.all(ids.map(async (id) => (await Started.enrichment(client, id)).queuePosition)),
      [1, 2, 0]
    )
    const given: Array<string> = []
    while (given.length < ids.length) {
      const taken = (await Workers.take(worker, "transcription"))!
      given.push(taken.job.enrichmentId)
      await Workers.postTranscript(worker, taken)
    }
    assert.deepStrictEqual(given, [ids[2]!, ids[0]!, ids[1]!])
  })

  // §3 MUST: model and infrastructure match each on its own, and a worker without any takes what names none
  it("gives jobs to the workers that can do them", async () => {
    await rig.client("m1", { aiModel: "m1", infrastructure: "i1" })
    await rig.client("any", { aiModel: "m1", infrastructure: "i1", treatUnspecified: true })
    const m1 = await Caller.of(rig, "m1", "m1-secret")
    const any = await Caller.of(rig, "any", "any-secret")
    await Started.uploadSubtitles(client, { generateMetadata: true, aiModel: "m1" })
    assert.isUndefined(await Workers.take(worker, "enrichment"))
    assert.isUndefined(await Workers.take(m1, "enrichment"))
    assert.isTrue(await Workers.enrich(any))
    await Started.uploadSubtitles(client, { generateMetadata: true })
    assert.isUndefined(await Workers.take(m1, "enrichment"))
    assert.isTrue(await Workers.enrich(worker))
    await rig.client("forced", { transcriptionModel: "m1", transcriptionInfrastructure: "i1" })
    const forced = await Caller.of(rig, "forced", "forced-secret")
    await Started.upload(forced, nothing)
    assert.isUndefined(await Workers.take(worker, "transcription"))
    assert.isDefined(await Workers.transcribe(m1))
  })

  // §3 MUST: a job that timed out is given to another, at most three times
  // §3.5 FIX: each step counts its own attempts
  // §3.5 MUST: the clean-up ends what used up its attempts
  it("counts attempts and gives up after the third", async () => {
    const id = await Started.upload(client, nothing)
    for (const retries of [0, 1, 2]) {
      assert.isDefined(await Workers.take(worker, "transcription"))
      assert.isUndefined(await Workers.take(second, "transcription"))
      const [row] = await rig.query<{ transcriptionRetries: number; translationRetries: number }>(
        "SELECT transcription_retries, translation_retries FROM stt_enrichments WHERE id = $1",
        id
      )
      assert.deepStrictEqual([row!.transcriptionRetries, row!.translationRetries], [retries, 0])
      if (retries === 2) assert.strictEqual((await rig.cleanUp()).failed, 0)
      await rig.query(
        "UPDATE stt_enrichments SET transcription_lease_at = now() - interval '61 minutes' WHERE id = $1",
        id
      )
    }
    assert.isUndefined(await Workers.take(worker, "transcription"))
    assert.strictEqual((await rig.cleanUp()).failed, 1)
    const ended = await Started.enrichment(client, id)
    assert.deepStrictEqual([ended.status, ended.failureCause], ["FAILURE", "Max transcription retries reached (2)"])
    await hooked.until(({ body }) => body.id === id && body.status === "FAILURE")
  })

  // §3.5 MUST: parameters may be fractions of a minute
  // §9 OURS: a worker that says that it is still at it keeps its job
  it("lets a worker keep a job that takes long", async () => {
    const id = await Started.upload(client, nothing)
    const taken = (await Workers.take(worker, "transcription"))!
    await rig.query(
      "UPDATE stt_enrichments SET transcription_lease_at = now() - interval '30 seconds' WHERE id = $1",
      id
    )
    await rig.set("TRANSCRIPTION_WORKER_TIMEOUT", 0.25)
    const extend = (caller: Caller) =>
      caller.post(`/enrichments/${id}/job/transcription/progress`, { json: { taskId: taken.task, progress: 0.5 } })
    assert.strictEqual((await extend(second)).status, 409)
    assert.strictEqual((await extend(worker)).status, 200)
    assert.isUndefined(await Workers.take(second, "transcription"))
    assert.strictEqual((await Started.enrichment(client, id)).progress, 0.5)
    await rig.set("TRANSCRIPTION_WORKER_TIMEOUT", 60)
    assert.strictEqual((await Workers.postTranscript(worker, taken)).status, 200)
  })

  // §9 OURS: a worker may wait for a job
  it("lets a worker wait for a job", async () => {
    const waiting = worker.get(`${Workers.oldest.transcription}?taskId=${taskId()}&wait=20`)
    const id = await Started.upload(client, nothing)
    const { json, status } = await waiting
    assert.deepStrictEqual([status, json.enrichmentId], [200, id])
    await client.delete(`/enrichments/${id}`)
    assert.strictEqual((await worker.get(`${Workers.oldest.transcription}?taskId=${taskId()}&wait=0.05`)).status, 404)
  })
})

describe("A job that is being changed", () => {
  // §3 MUST: a poll finds the job that is there, whatever is being noted about it at that moment
  it("is found by a poll all the same", async () => {
    const id = await Started.upload(client, nothing)
    // Its row stays locked for the whole of this statement.
    const locking = rig.query(
      "WITH held AS (UPDATE stt_enrichments SET notified_at = now() WHERE id = $1 RETURNING 1) SELECT pg_sleep(0.2) FROM held",
      id
    )
    const isLocked = async () =>
      (await rig.query("SELECT 1 FROM stt_enrichments WHERE id = $1 FOR UPDATE SKIP LOCKED", id)).length === 0
    while (!await isLocked()) await new Promise((resolve) => setImmediate(resolve))
    const taken = await Workers.take(worker, "transcription")
    assert.strictEqual(taken?.job.enrichmentId, id)
    await locking
    assert.strictEqual((await Workers.postTranscript(worker, taken!)).status, 200)
  })
})

describe("Polls that are given up", () => {
  // §9 OURS: a job whose worker hung up before it was told is given to the next one at once, and cost no attempt
  it("gives the job of a worker that hung up to the next one", async () => {
    const fickle = await Caller.of(rig, "fickle", await rig.client("fickle"))
    const id = await Started.upload(client, nothing)
    const { hostname, port } = new URL(rig.url)
    const hangUp = () =>
      new Promise<void>((resolve) => {
        const socket = net.connect(Number(port), hostname, () => {
          socket.write(
            `GET /api/v1${Workers.oldest.transcription}?taskId=${taskId()} HTTP/1.1\r\nhost: x\r\n`
              + `authorization: Bearer ${fickle.token}\r\n\r\n`,
            () => socket.destroy()
          )
        })
        socket.on("close", () => resolve())
      })
    const taken = async () =>
      (await rig.query("SELECT 1 FROM stt_clients WHERE id = 'fickle' AND job_last_taken_at IS NOT NULL")).length
    while (await taken() === 0) await Promise.all([hangUp(), hangUp(), hangUp()])
    const next = (await Workers.take(worker, "transcription", "&wait=20"))!
    assert.strictEqual(next.job.enrichmentId, id)
    const rows = await rig.query("SELECT transcription_retries FROM stt_enrichments WHERE id = $1", id)
    assert.deepStrictEqual(rows, [{ transcriptionRetries: 0 }])
    assert.strictEqual((await Workers.postTranscript(worker, next)).status, 200)
  })
})

describe("Reports", () => {
  // §3.1 MUST: a failure comes as a urlencoded form, and ends the enrichment with its cause
  // §9 FIX: a cause that is too long is cut
  it("ends what a worker could not do", async () => {
    const id = await Started.upload(client, nothing)
    const { task } = (await Workers.take(worker, "transcription"))!
    const report = () =>
      worker.post(`/enrichments/${id}/versions/initial/transcript`, {
        urlencoded: { taskId: task, status: "KO", failureCause: `Whisper error ${"x".repeat(400)}` }
      })
    assert.deepStrictEqual((await report()).json, { status: "OK" })
    assert.strictEqual((await report()).status, 200)
    const ended = await Started.enrichment(client, id)
    assert.strictEqual(ended.status, "FAILURE")
    assert.strictEqual(ended.failureCause.length, 255)
    const { body } = await hooked.until(({ body }) => body.id === id)
    assert.deepStrictEqual([body.status, body.initialVersionId, body.completedStep], ["FAILURE", null, null])
    assert.strictEqual(hooked.received.filter(({ body }) => body.id === id).length, 1)
  })

  // §3.2 MUST: a report is read whatever its content type says
  // §3.2 MUST: title and description are required, discipline and media type must be among those asked for
  // §3.2 FIX: a report that is repeated adds nothing
  // §8 MUST: answer pointers are HH:MM:SS and never null
  it("takes what enriches a version, once", async () => {
    const id = await Started.uploadSubtitles(client, {
      generateMetadata: true,
      generateQuiz: true,
      generateNotes: true
    })
    const taken = (await Workers.take(worker, "enrichment"))!
    assert.deepStrictEqual(Object.keys(taken.job.transcript), ["originalFilename", "language", "text", "sentences"])
    const path = Workers.resultPath(taken, "ai_enrichment")
    const result = Workers.enriched(taken.task, taken.job)
    const wrong = await worker.post(path, {
      json: { ...result, enrichmentVersionMetadata: { ...result.enrichmentVersionMetadata, discipline: "Astrologie" } }
    })
    assert.deepStrictEqual([wrong.status, wrong.json.errors], [400, [{
      path: "enrichmentVersionMetadata.discipline",
      message: "The discipline is not in the list of enrichment disciplines"
    }]])
    const blank = await worker.post(path, {
      json: { ...result, enrichmentVersionMetadata: { title: " ", description: "d" } }
    })
    assert.strictEqual(blank.status, 400)
    assert.strictEqual((await worker.post(path, { json: { ...result, taskId: null } })).status, 400)
    assert.strictEqual((await worker.post(path, { raw: "{broken" })).status, 400)
    const questions = [...result.multipleChoiceQuestions, {
      question: "?",
      explanation: "",
      choices: [],
      answerPointer: null
    }]
    const report = () =>
      worker.post(path, {
        raw: JSON.stringify({ ...result, multipleChoiceQuestions: questions }),
        headers: { "content-type": "text/plain" }
      })
    assert.deepStrictEqual((await Promise.all([report(), report()])).map(({ status }) => status), [200, 200])
    const version = await Started.latest(client, id)
    assert.strictEqual(version.multipleChoiceQuestions.length, 2)
    assert.deepStrictEqual(version.multipleChoiceQuestions[1].answerPointer, {
      startAnswerPointer: "00:00:00",
      stopAnswerPointer: "00:00:04"
    })
    assert.strictEqual(version.notes, "Des notes")
  })

  // §3 MUST: UNAVAILABLE gives the job back, without a webhook
  // §3 MUST: reports about other versions, enrichments and tasks are refused with 403, unknown ones with 404
  it("takes a job back", async () => {
    const id = await Started.uploadSubtitles(client, { generateMetadata: true })
    const taken = (await Workers.take(worker, "enrichment"))!
    const path = Workers.resultPath(taken, "ai_enrichment")
    const unavailable = { taskId: taken.task, status: "UNAVAILABLE", failureCause: "later" }
    const elsewhere = await Started.uploadSubtitles(client)
    const { id: foreign } = await Started.latest(client, elsewhere)
    const post = (path: string, caller = worker) => caller.post(path, { json: unavailable })
    assert.strictEqual((await post(path, client)).status, 403)
    assert.strictEqual((await post(`/enrichments/x/versions/${foreign}/ai_enrichment`)).status, 400)
    assert.strictEqual((await post(`/enrichments/${unknownId}/versions/${foreign}/ai_enrichment`)).status, 404)
    assert.strictEqual((await post(`/enrichments/${id}/versions/${unknownId}/ai_enrichment`)).status, 404)
    assert.strictEqual((await post(`/enrichments/${id}/versions/${foreign}/ai_enrichment`)).status, 403)
    assert.strictEqual((await post(path, second)).status, 403)
    assert.strictEqual((await post(path)).status, 200)
    assert.strictEqual((await Started.enrichment(client, id)).status, "WAITING_AI_ENRICHMENT")
    assert.isTrue(await Workers.enrich(second))
    await hooked.until(({ body }) => body.id === id)
    assert.deepStrictEqual(hooked.received.filter(({ body }) => body.id === id).map(({ body }) => body.status), [
      "SUCCESS"
    ])
  })

  // §3.3 MUST: translations are laid beside what they translate, by id, as JSON or as a form
  // §3.3 OURS: a translation's failure reported as an enrichment's is understood
  // §9 FIX: a version of a client that waits for translation blocks nobody
  // §3.4 MUST: evaluations come as JSON text and are returned decoded
  it("translates and evaluates", async () => {
    const wanted = { language: "fr", translateTo: "en", aiEvaluation: "ChatGPT" }
    const id = await Started.uploadEnriched(client, worker, wanted)
    const taken = (await Workers.take(worker, "translation"))!
    assert.deepStrictEqual([taken.job.language, taken.job.translateTo], ["fr", "en"])
    const { transcript, ...rest } = Workers.translated(taken.task, taken.job)
    const answer = await worker.post(Workers.resultPath(taken, "translation"), {
      form: {
        taskId: taken.task,
        status: "OK",
        transcriptFile: new File([JSON.stringify(transcript)], "t"),
        multipleChoiceQuestions: JSON.stringify([...rest.multipleChoiceQuestions, { id: unknownId, question: "?" }]),
        enrichmentVersionMetadata: JSON.stringify(rest.enrichmentVersionMetadata)
      }
    })
    assert.strictEqual(answer.status, 200, answer.text)
    assert.isTrue(await Workers.evaluate(worker))
    const version = await Started.latest(client, id)
    assert.strictEqual(version.enrichmentVersionMetadata.translatedTitle, "A lesson")
    assert.strictEqual(version.multipleChoiceQuestions[0].choices[0].translatedOptionText, "Option")
    assert.strictEqual(version.transcript.translatedText, " Hello all. Thank you.")
    assert.deepStrictEqual(version.multipleChoiceQuestions[0].evaluation, { isRelated: true })
    assert.strictEqual((await Started.enrichment(client, id)).status, "SUCCESS")

    const pushed = await client.post(`/enrichments/${id}/versions`, { form: { notes: "n", translate: "1" } })
    const again = (await Workers.take(worker, "translation"))!
    assert.strictEqual(again.job.enrichmentVersionId, pushed.json.id)
    await rig.client("translator", { scopes: ["scope_default", "scope_translation_worker"] })
    const failed = (task: string, caller: Caller) =>
      caller.post(Workers.resultPath(again, "ai_enrichment"), {
        json: { taskId: task, status: "KO", failureCause: "no" }
      })
    const translator = await Caller.of(rig, "translator", "translator-secret")
    assert.strictEqual((await failed(again.task, translator)).status, 403)
    await rig.query("UPDATE stt_enrichments SET translation_lease_at = now() - interval '1 day' WHERE id = $1", id)
    const mine = (await Workers.take(translator, "translation"))!
    assert.strictEqual((await failed(mine.task, translator)).status, 200)
    assert.strictEqual((await Started.enrichment(client, id)).failureCause, "no")
  })
})

describe("Contention", () => {
  // §9 FIX: 20 workers in a tight loop, 1 000 jobs, two services on one database: no job is given twice
  it("gives no job twice", async () => {
    const beside = await start({}, rig.folder, "cli")
    const id = await Started.upload(client, nothing)
    await Workers.transcribe(worker)
    const columns =
      "client_id, media_types, disciplines, generate_metadata, generate_quiz, generate_notes, language, created_at, updated_at"
    await rig.query(
      `INSERT INTO stt_enrichments (id, status, media_key, latest_enrichment_requested_at, ${columns})
      SELECT gen_random_uuid(), 'WAITING_MEDIA_TRANSCRIPTION', 'none', now(), ${columns}
      FROM stt_enrichments, generate_series(1, 1000) WHERE id = $1`,
      id
    )
    const given: Array<string> = []
    const poll = async (caller: Caller) => {
      for (;;) {
        const taken = await Workers.take(caller, "transcription")
        if (taken === undefined) return
        given.push(taken.job.enrichmentId)
      }
    }
    const callers = [worker, new Caller(beside.url, worker.token)]
    await Promise.all(Array.from({ length: 20 }, (_, index) => poll(callers[index % 2]!)))
    await beside.stop()
    assert.deepStrictEqual([given.length, new Set(given).size], [1000, 1000])
  }, 60_000)
})
