/** Media fetched from the web: of servers that are slow, cut, endless, lying, or after something else. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { isPublic, resolved } from "../src/fetch/Destination.ts"
import { Caller } from "./support/Caller.ts"
import { wav } from "./support/Media.ts"
import { type Rig, start } from "./support/Service.ts"
import * as Started from "./support/Started.ts"
import { type Hook, hook, type Web, web } from "./support/Web.ts"
import * as Workers from "./support/Workers.ts"

let rig: Rig
let media: Web
let hooked: Hook
let client: Caller
let worker: Caller
const counts = new Map<string, number>()
const ranges: Array<string | undefined> = []
const whole = wav(4)

beforeAll(async () => {
  hooked = await hook()
  media = await web((request, response) => {
    const path = request.url ?? ""
    const count = (counts.get(path) ?? 0) + 1
    counts.set(path, count)
    const [, kind] = /^\/([\w-]+)/.exec(path) ?? []
    switch (kind) {
      case "resumed": {
        const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0)
        ranges.push(request.headers.range)
        response.writeHead(from === 0 ? 200 : 206, {
          "accept-ranges": "bytes",
          etag: "\"v1\"",
          "content-length": whole.length - from,
          ...(from === 0 ? {} : { "content-range": `bytes ${from}-${whole.length - 1}/${whole.length}` })
        })
        // Stands still in the middle, the first time.
        if (count > 1) return void response.end(whole.subarray(from))
        return void response.write(whole.subarray(0, 20_000))
      }
      case "flaky":
        return void (count < 3 ? response.writeHead(503).end() : response.writeHead(200).end(whole))
      case "missing":
        return void response.writeHead(404).end("not found")
      case "html":
        return void response.writeHead(200, { "content-type": "video/mp4" }).end("<html><body>Login</body></html>")
      case "empty":
        return void response.writeHead(200).end()
      case "stalled":
        return void response.writeHead(200).write(whole.subarray(0, 1000))
      case "silent":
        return
      case "drop": {
        // A byte now and then: never still for long, never done.
        response.writeHead(200)
        const timer = setInterval(() => response.write("."), 20)
        return void response.on("close", () => clearInterval(timer))
      }
      case "endless": {
        response.writeHead(200)
        const more = () => {
          while (response.write(Buffer.alloc(65_536))) if (response.destroyed) return
        }
        response.on("drain", more)
        return more()
      }
      case "inside":
        return void response.writeHead(302, { location: "http://169.254.169.254/latest/meta-data/" }).end()
      case "loop":
        return void response.writeHead(302, { location: "/loop" }).end()
      case "moved":
        return void response.writeHead(301, { location: "/named" }).end()
      default:
        return void response.writeHead(200, { "content-disposition": "attachment; filename*=UTF-8''le%C3%A7on.wav" })
          .end(whole)
    }
  })
  const target = ({ address }: Web) => ({ address: address.split(":")[0]!, port: Number(address.split(":")[1]) })
  rig = await start({
    fetchHosts: new Map([["media.test", target(media)], ["hook.test", target(hooked)]]),
    fetch: { connect: 60_000, head: 2000, idle: 2000, total: 10_000 },
    maxUpload: 4_000_000,
    downloads: 16
  })
  client = await Caller.of(rig, "client", await rig.client("client"))
  worker = await Caller.of(rig, "worker", await rig.client("worker"))
})

afterAll(async () => {
  await rig.stop()
  await Promise.all([media.close(), hooked.close()])
})

const fetchFrom = async (url: string): Promise<string> => {
  const { json, text } = await client.post("/enrichments/url", {
    json: {
      url,
      notificationWebhookUrl: Started.hookUrl,
      enrichmentParameters: { generateMetadata: false, generateQuiz: false }
    }
  })
  assert.isString(json.id, text)
  return json.id
}

/** What an enrichment failed of, as its client is told. */
const failureOf = async (path: string): Promise<string> => {
  const id = await fetchFrom(path.startsWith("http") ? path : `http://media.test${path}`)
  const { body } = await hooked.until(({ body }) => body.id === id)
  assert.strictEqual(body.status, "FAILURE")
  return body.failureCause
}

describe("Fetching", () => {
  // §7 MUST: redirects are followed, and the name comes from Content-Disposition
  it("follows redirects and takes the name that it is told", async () => {
    const id = await fetchFrom("http://media.test/moved?X-Signature=abc")
    const taken = (await Workers.take(worker, "transcription")) ?? (await waitFor())
    assert.strictEqual(taken.job.enrichmentId, id)
    const found = await Started.enrichment(client, id)
    assert.deepStrictEqual(found.media, { originalFileName: "leçon.wav", mimeType: "audio/wav" })
    assert.isNotNull(found.uploadStartedAt)
    assert.strictEqual((await Workers.postTranscript(worker, taken)).status, 200)
  })

  // §9 FIX: a download that was cut goes on where it was cut
  // §5 FIX: a fault that passes is no failure: the state stays UPLOADING_MEDIA until the attempts are spent
  // §9 FIX: no failure shows in between, and no cause of one stays
  it("goes on where it was cut, and tries again after a fault that passes", async () => {
    for (const path of ["/resumed", "/flaky"]) {
      const id = await fetchFrom(`http://media.test${path}`)
      const polled = await statesUntilFetched(id)
      const taken = await waitFor()
      assert.includeMembers(["WAITING_MEIDA_UPLOAD", "UPLOADING_MEDIA", "WAITING_MEDIA_TRANSCRIPTION"], polled)
      assert.isNull((await Started.enrichment(client, id)).failureCause)
      assert.strictEqual(taken.job.enrichmentId, id)
      const medium = await fetch(taken.job.mediaTemporaryUrl)
      assert.isTrue(Buffer.from(await medium.arrayBuffer()).equals(whole))
      await Workers.postTranscript(worker, taken)
    }
    assert.deepStrictEqual(ranges[0], undefined)
    assert.match(ranges[1]!, /^bytes=\d+-$/)
    assert.strictEqual(hooked.received.filter(({ body }) => body.status === "FAILURE").length, 0)
  })

  // §5 FIX: a fault that does not pass is not tried again
  // §9 FIX: a server that never ends, that drips, that stands still or says nothing holds nothing up
  // §7 MUST: a page that is answered instead of a medium is refused by its type
  it("gives up on what will not come", async () => {
    const causes = await Promise.all(
      ["/missing", "/html", "/empty", "/endless", "/drop", "/stalled", "/silent", "/loop"].map(failureOf)
    )
    assert.deepStrictEqual(causes, [
      "Couldn't get file from URL",
      "File type not supported. Supported types are videos, audio files and subtitles",
      "File type not supported. Supported types are videos, audio files and subtitles",
      "Couldn't get file from URL",
      "Couldn't get file from URL",
      "Couldn't get file from URL",
      "Couldn't get file from URL",
      "Couldn't get file from URL"
    ])
    assert.strictEqual(counts.get("/missing"), 1)
  })

  // §9 FIX: private addresses are not fetched, at no hop; names are resolved once and pinned
  // §9 FIX: schemes, ports and passwords that no medium needs are not fetched
  it("does not fetch what is not public", async () => {
    const refused = "Couldn't get file from URL"
    assert.strictEqual(await failureOf("/inside"), refused)
    assert.strictEqual(await failureOf("http://localhost.localdomain/x"), refused)
    const addresses =
      "127.0.0.1 10.1.2.3 192.168.1.1 172.16.0.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255 "
      + "::1 :: fe80::1 fc00::1 ::ffff:10.0.0.1 ::ffff:127.0.0.1 64:ff9b::a00:1 2002:a00:1:: 2001:db8::1 "
      + "::127.0.0.1 ::10.0.0.1 5f00::1 168.63.129.16 ::ffff:168.63.129.16"
    for (const address of addresses.split(" ")) assert.isFalse(isPublic(address), address)
    for (const address of ["1.1.1.1", "2606:4700:4700::1111"]) assert.isTrue(isPublic(address), address)
    const hosts = new Map([["mapped.test", { address: "10.0.0.1", port: 9 }]])
    const destination = (url: string) => Effect.runPromise(Effect.result(resolved(new URL(url), hosts)))
    const urls =
      "http://127.0.0.1/ http://[::1]/ http://[::ffff:a00:1]/ http://0x7f.1/ http://1.1.1.1:22/ http://u:p@1.1.1.1/ "
      + "ftp://1.1.1.1/ file:///etc/passwd gopher://1.1.1.1/"
    for (const url of urls.split(" ")) {
      const found = await destination(url)
      assert.isTrue(found._tag === "Failure" && found.failure.reason === "NotAllowed", url)
    }
    const pinned = await destination("http://mapped.test/")
    assert.isTrue(pinned._tag === "Success" && pinned.success.address === "10.0.0.1" && pinned.success.port === 9)
  })
})

const statesUntilFetched = async (id: string) => {
  const seen = new Set<string>()
  do seen.add((await Started.enrichment(client, id)).status)
  while (!seen.has("WAITING_MEDIA_TRANSCRIPTION") && !seen.has("FAILURE"))
  return [...seen]
}

const waitFor = async (): Promise<Workers.Taken> => {
  const taken = await Workers.take(worker, "transcription", "&wait=20")
  if (taken === undefined) throw new Error("no job came")
  return taken
}
