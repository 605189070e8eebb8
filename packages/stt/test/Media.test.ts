/** Media that are what they should not be, and what becomes of those that are accepted: over real HTTP. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as fs from "node:fs/promises"
import * as net from "node:net"
import * as path from "node:path"
import { deflateSync } from "node:zlib"
import { Caller, type Json } from "./support/Caller.ts"
import { srt, wav } from "./support/Media.ts"
import { type Rig, start } from "./support/Service.ts"
import * as Started from "./support/Started.ts"
import * as Workers from "./support/Workers.ts"

let rig: Rig
let client: Caller
let worker: Caller

beforeAll(async () => {
  rig = await start({ bodyIdle: 200, maxUpload: 3_000_000 })
  client = await Caller.of(rig, "client", await rig.client("client", { scopes: ["scope_default", "scope_client"] }))
  worker = await Caller.of(rig, "worker", await rig.client("worker"))
})

afterAll(() => rig.stop())

const fixture = (name: string) => fs.readFile(new URL(`../../../fixtures/media/${name}`, import.meta.url))

const nothing = { generateMetadata: false, generateQuiz: false }

const send = (name: string, content: Uint8Array | string, more: Record<string, string> = {}) =>
  client.post("/enrichments/upload", {
    form: Started.uploadForm({ file: new File([content as string], name), ...more }, nothing)
  })

const box = (type: string, ...content: ReadonlyArray<Buffer>): Buffer => {
  const body = Buffer.concat(content)
  const size = Buffer.alloc(4)
  size.writeUInt32BE(body.length + 8)
  return Buffer.concat([size, Buffer.from(type, "latin1"), body])
}

/** A film that can be played, by whoever has room for what it says that its header unpacks into. */
const bomb = (film: Buffer) => {
  const at = film.indexOf("moov") - 4
  const said = Buffer.alloc(4)
  said.writeUInt32BE(1.5 * 1024 ** 3)
  const packed = box("cmvd", said, deflateSync(film.subarray(at)))
  return Buffer.concat([film.subarray(0, at), box("moov", box("cmov", box("dcom", Buffer.from("zlib")), packed))])
}

const filesBelow = async (folder: string) => {
  const options = { recursive: true, withFileTypes: true } as const
  const found = await fs.readdir(path.join(rig.folder, "stt", folder), options).catch(() => [])
  return found.filter((entry) => entry.isFile()).map(({ name }) => name)
}

/** Waits for a fact that nobody announces; the test's own limit is the only clock. */
const until = async (fact: () => Promise<boolean>) => {
  while (!await fact()) await new Promise((resolve) => setTimeout(resolve, 10))
}

describe("Media", () => {
  // §7 MUST: media without an audio track, truncated or damaged ones are refused at file
  // §7 OURS: a container that unpacks into gigabytes costs the service next to nothing
  it("refuses what cannot be heard", async () => {
    const spoken = await fixture("spoken.mp4")
    const cases: ReadonlyArray<readonly [string, Uint8Array, RegExp]> = [
      ["film.mp4", await fixture("mute.mp4"), /^No audio track/],
      ["cut.mp4", spoken.subarray(0, spoken.length - 1000), /damaged or incomplete/],
      ["bomb.mp4", bomb(spoken), /damaged or incomplete/],
      ["list.m3u8", Buffer.from("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"), /^Couldn't parse subtitles file/],
      ["links.txt", Buffer.from("ffconcat version 1.0\nfile /etc/passwd\n"), /^Couldn't parse subtitles file/],
      ["archive.mp4", Buffer.from("504b0304140000000800", "hex"), /^File type not supported/]
    ]
    for (const [name, content, message] of cases) {
      const { json, status } = await send(name, content)
      assert.deepStrictEqual([status, json.errors[0].path], [400, "file"], name)
      assert.match(json.errors[0].message, message, name)
    }
    await until(async () => (await filesBelow("incoming")).length === 0)
  }, 60_000)

  // §7 MUST: video, audio and subtitles are told apart by their content, whatever the part says of itself
  it("accepts what can be heard, whatever it is called", async () => {
    const cases: ReadonlyArray<readonly [string, Uint8Array, string, number]> = [
      ["page.html", await fixture("spoken.mp4"), "video/mp4", 1],
      ["recording.srt", await fixture("browser.webm"), "video/webm", 2],
      ["sound", wav(2), "audio/wav", 2]
    ]
    for (const [name, content, mimeType, seconds] of cases) {
      const { json, text } = await send(name, content)
      assert.isString(json.id, text)
      const { media, mediaDurationInSeconds } = await Started.enrichment(client, json.id)
      assert.deepStrictEqual([media, mediaDurationInSeconds], [{ originalFileName: name, mimeType }, seconds])
      assert.isDefined(await Workers.transcribe(worker))
    }
  })

  // §7 FIX: a recording that does not say how long it is is measured all the same
  it("measures what does not say how long it is", async () => {
    await rig.set("MAX_MEDIA_DURATION_IN_SECONDS", 1)
    const { json, status } = await send("a.webm", await fixture("browser.webm"))
    assert.deepStrictEqual([status, json.errors[0].message], [
      400,
      "Video duration (2 s) exceeds maximum accepted media duration (1 s)"
    ])
    await rig.set("MAX_MEDIA_DURATION_IN_SECONDS", 14_400)
  })

  // §7 MUST: SRT is read leniently: any order, overlaps, short time parts, no milliseconds, any line end
  // §7 MUST: WebVTT needs its header, skips notes, and may leave out hours
  it("reads subtitles as they are written in the wild", async () => {
    const loose = "3\r0:0:5 --> 0:0:7,5\rlast\r\r1\r00:00:01,2 --> 0:0:6.75\rfirst\r<i>line</i>\r"
    const utf16 = Buffer.from(`\uFEFF${srt}`, "utf16le").swap16()
    const windows = Buffer.concat([Buffer.from("1\n00:00:01,000 --> 00:00:02,000\nL"), Buffer.from([0x92, 0x9c])])
    const vtt = "WEBVTT - cours\n\nNOTE\n00:00.000 --> 00:09.000\nnot said\n\n00:01.234 --> 01:00:02.000\nsaid\n"
    const cases: ReadonlyArray<readonly [Uint8Array | string, ReadonlyArray<Json>]> = [
      [loose, [{ start: 5, end: 7.5, text: "last" }, { start: 1.2, end: 6.75, text: "first line" }]],
      [utf16, [{ start: 1, end: 2.5, text: "Bonjour à tous." }, { start: 3, end: 4, text: "Merci." }]],
      [windows, [{ start: 1, end: 2, text: "L’œ" }]],
      [vtt, [{ start: 1.23, end: 3602, text: "said" }]]
    ]
    for (const [content, sentences] of cases) {
      const { json, text } = await send("a.txt", content)
      assert.isString(json.id, text)
      assert.deepStrictEqual((await Started.latest(client, json.id)).transcript.sentences, sentences)
    }
    for (const content of ["WEBVTT\n\nnothing timed\n", `${"\0"}WEBVTT`, "00:00 -> 00:01\nno"]) {
      assert.strictEqual((await send("a.vtt", content)).status, 400, content)
    }
  })

  // §2.11 OURS: what is larger than is accepted is refused with 413, in the envelope
  // §9 OURS: a body that stops coming is ended with 408
  it("waits neither for a flood nor for a drought", async () => {
    const large = await send("a.wav", wav(200))
    assert.deepStrictEqual([large.status, large.json.errors[0].path], [413, "file"])
    const { hostname, port } = new URL(rig.url)
    for (const type of ["multipart/form-data; boundary=x", "application/json"]) {
      const said = await new Promise<string>((resolve) => {
        const socket = net.connect(Number(port), hostname)
        let text = ""
        socket.on("data", (chunk) => {
          text += chunk
          if (!text.endsWith("}")) return
          socket.destroy()
          resolve(text)
        })
        socket.write(
          `POST /api/v1/enrichments/${type.includes("json") ? "url" : "upload"} HTTP/1.1\r\nhost: x\r\n`
            + `authorization: Bearer ${client.token}\r\ncontent-type: ${type}\r\ncontent-length: 900\r\n\r\n--x`
        )
      })
      assert.match(said, /^HTTP\/1\.1 408 [^]*"status":"KO"/)
    }
    await until(async () => (await filesBelow("incoming")).length === 0)
  })

  // §3.1 MUST: the temporary URL is signed, and expires
  it("gives a medium to nobody without a good link", async () => {
    const { json } = await send("a.wav", wav(1))
    const { job } = (await Workers.take(worker, "transcription"))!
    const good = await fetch(job.mediaTemporaryUrl)
    assert.deepStrictEqual([good.status, good.headers.get("content-length")], [200, "16044"])
    await good.arrayBuffer()
    const [, id, expires, signature] = /media\/([^.]+)\.(\d+)\.(.+)$/.exec(job.mediaTemporaryUrl)!
    assert.strictEqual(id, json.id)
    const forged = [`${id}.${Number(expires) + 1}.${signature}`, `${id}.1.${signature}`, `${id}.${expires}.`, "x"]
    for (const token of forged) assert.strictEqual((await fetch(`${rig.url}/api/v1/media/${token}`)).status, 404)
    const hasty = await start({ linkMinutes: -1 }, rig.folder, "cli")
    await rig.query("UPDATE stt_enrichments SET transcription_lease_at = now() - interval '1 day' WHERE id = $1", id)
    const expired = (await Workers.take(new Caller(hasty.url, worker.token), "transcription"))!
    assert.strictEqual(expired.job.enrichmentId, id)
    assert.strictEqual((await fetch(expired.job.mediaTemporaryUrl)).status, 404)
    await hasty.stop()
    await client.delete(`/enrichments/${id}`)
    assert.strictEqual((await fetch(job.mediaTemporaryUrl)).status, 404)
  })

  // §2.4 FIX: the medium of a deleted enrichment leaves its store, too
  // §9 OURS: what was ended long enough ago is deleted, with its medium
  it("removes the media of what is deleted, by whomever", async () => {
    await rig.query("DELETE FROM stt_enrichments")
    await until(async () => (await rig.query("SELECT 1 FROM stt_removals")).length === 0)
    const before = (await filesBelow("media")).length
    const [deleted, old, kept] = [await send("a.wav", wav(1)), await send("b.wav", wav(1)), await send("c.wav", wav(1))]
      .map(({ json }) => json.id)
    assert.strictEqual((await filesBelow("media")).length, before + 3)
    await client.delete(`/enrichments/${deleted}`)
    await until(async () => (await filesBelow("media")).length === before + 2)
    await rig.edit("client", { retentionDays: 30 })
    const days = (id: string, count: number) =>
      rig.query(
        `UPDATE stt_enrichments SET status = 'FAILURE', updated_at = now() - interval '${count} days' WHERE id = $1`,
        id
      )
    await days(old, 31)
    await days(kept, 29)
    assert.strictEqual((await rig.cleanUp()).deleted, 1)
    await until(async () => (await filesBelow("media")).length === before + 1)
    assert.strictEqual((await client.get(`/enrichments/${old}`)).status, 404)
    assert.strictEqual((await client.get(`/enrichments/${kept}`)).status, 200)
    await rig.edit("client", { retentionDays: null })
  })

  // §9 OURS: of uploads that are repeated at the same time one medium is kept
  it("keeps one medium of what is sent several times at once", async () => {
    const before = (await filesBelow("media")).length
    const headers = { "idempotency-key": "media" }
    const same = () => client.post("/enrichments/upload", { form: Started.uploadForm({}, nothing), headers })
    const ids = (await Promise.all([same(), same(), same(), same()])).map(({ json }) => json.id)
    assert.strictEqual(new Set(ids).size, 1)
    await until(async () => (await rig.query("SELECT 1 FROM stt_removals")).length === 0)
    assert.strictEqual((await filesBelow("media")).length, before + 1)
    await client.delete(`/enrichments/${ids[0]}`)
  })

  // §9 FIX: a medium that no enrichment has begun with is removed, also when the service died in between
  it("leaves no medium behind that belongs to nobody", async () => {
    const key = path.join(rig.folder, "stt", "media", "audios", "client", "left-behind")
    await fs.mkdir(path.dirname(key), { recursive: true })
    await fs.writeFile(key, wav(1))
    // A process that is not there any more was about to begin with it.
    await rig.query(
      "INSERT INTO stt_removals (media_key, owner, requested_at) VALUES ('audios/client/left-behind', 1, now())"
    )
    await until(() => fs.stat(key).then(() => false, () => true))
    assert.deepStrictEqual(await rig.query("SELECT * FROM stt_removals"), [])
  })
})
