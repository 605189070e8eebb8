/** Media in a bucket. Against a real S3-compatible server where `npm run stt:bucket` has brought one, else without any. */
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Redacted } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import * as net from "node:net"
import type { Bucket } from "../src/Settings.ts"
import { Caller } from "./support/Caller.ts"
import { wav } from "./support/Media.ts"
import { type Rig, start } from "./support/Service.ts"
import * as Started from "./support/Started.ts"
import * as Workers from "./support/Workers.ts"

const nothing = { generateMetadata: false, generateQuiz: false }

const freePort = () =>
  new Promise<number>((resolve) => {
    const probe = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as net.AddressInfo
      probe.close(() => resolve(port))
    })
  })

const bucketAt = (port: number): Bucket => ({
  bucket: "media",
  endpoint: `http://127.0.0.1:${port}`,
  region: "us-east-1",
  accessKeyId: "a-key",
  secretAccessKey: Redacted.make("a-secret")
})

const clientOf = async (rig: Rig, id: string) => Caller.of(rig, id, await rig.client(id))

describe("A bucket that is away", () => {
  let rig: Rig

  beforeAll(async () => {
    rig = await start({ bucket: bucketAt(await freePort()) })
  })

  afterAll(() => rig.stop())

  // §7 FIX: a medium that cannot be stored is no failure of the request: it may be sent again later
  it("makes an upload come again later", async () => {
    const client = await clientOf(rig, "client")
    const { headers, json, status } = await client.post("/enrichments/upload", { form: Started.uploadForm() })
    assert.deepStrictEqual([status, json.errors], [503, [{
      path: "file",
      message: "Couldn't upload file to bucket"
    }]])
    assert.strictEqual(headers.get("retry-after"), "60")
    assert.strictEqual((await client.get("/enrichments")).json.totalElements, 0)
    const subtitles = await Started.uploadSubtitles(client)
    assert.strictEqual((await Started.enrichment(client, subtitles)).status, "SUCCESS")
  })
})

/** The server's program, when there is one. */
const moto = process.env.AIGUILLEUR_TEST_S3

describe.skipIf(moto === undefined)("A bucket", () => {
  let rig: Rig
  let server: ChildProcess
  let s3: S3Client

  beforeAll(async () => {
    const port = await freePort()
    const bucket = bucketAt(port)
    server = spawn(moto!, ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" })
    s3 = new S3Client({
      region: bucket.region,
      endpoint: bucket.endpoint!,
      forcePathStyle: true,
      maxAttempts: 30,
      credentials: { accessKeyId: "a-key", secretAccessKey: "a-secret" }
    })
    await s3.send(new CreateBucketCommand({ Bucket: "media" }))
    rig = await start({ bucket })
  }, 60_000)

  afterAll(async () => {
    await rig.stop()
    s3.destroy()
    const ended = once(server, "exit")
    server.kill()
    await ended
  })

  const keys = async () =>
    ((await s3.send(new ListObjectsV2Command({ Bucket: "media" }))).Contents ?? []).map(({ Key }) => Key)

  it("keeps media until they are transcribed, large ones in parts", async () => {
    const client = await clientOf(rig, "client")
    // Five seconds at 8 kHz, and ten megabytes that do not fit into one part.
    for (const [name, medium] of [["short", wav(5)], ["long", wav(700)]] as const) {
      const id = await Started.upload(client, nothing, { file: new File([medium], `${name}.wav`) })
      assert.deepStrictEqual(await keys(), [`audios/client/${id}`])
      const taken = (await Workers.take(client, "transcription"))!
      const found = await fetch(taken.job.mediaTemporaryUrl)
      assert.deepStrictEqual([found.status, found.headers.get("content-length")], [200, String(medium.length)])
      assert.isTrue(Buffer.from(await found.arrayBuffer()).equals(medium), name)
      await Workers.reports.transcription(client, taken)
      while ((await keys()).length > 0) await new Promise((resolve) => setTimeout(resolve, 10))
      assert.strictEqual((await fetch(taken.job.mediaTemporaryUrl)).status, 404)
    }
  }, 60_000)

  it("loses a medium with its enrichment", async () => {
    const client = await clientOf(rig, "other")
    const id = await Started.upload(client, nothing)
    const { job } = (await Workers.take(client, "transcription"))!
    await client.delete(`/enrichments/${id}`)
    while ((await keys()).length > 0) await new Promise((resolve) => setTimeout(resolve, 10))
    assert.strictEqual((await fetch(job.mediaTemporaryUrl)).status, 404)
  })
})
