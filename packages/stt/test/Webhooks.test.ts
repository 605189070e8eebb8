/** What clients are told, how often, and whom the service believes: over real HTTP and TLS. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { createServer as createSecureServer } from "node:https"
import type { AddressInfo } from "node:net"
import { defaults } from "../src/Settings.ts"
import { Caller } from "./support/Caller.ts"
import { certificate } from "./support/Certificate.ts"
import { type Rig, start } from "./support/Service.ts"
import * as Started from "./support/Started.ts"
import { type Hook, hook, type Web, web } from "./support/Web.ts"
import * as Workers from "./support/Workers.ts"

let rig: Rig
let client: Caller
let worker: Caller
let hooked: Hook
/** Changed by tests: the service looks at it with every call. */
const hosts = new Map<string, { readonly address: string; readonly port: number }>()

const nothing = { generateMetadata: false, generateQuiz: false }

const target = ({ address }: Web) => ({ address: address.split(":")[0]!, port: Number(address.split(":")[1]) })

beforeAll(async () => {
  const first = new Set<string>()
  hooked = await hook(async ({ body, path }) => {
    // Away when it is told the first thing of an enrichment, and until there is more to tell.
    if (path === "/?away" && !first.has(body.id)) {
      first.add(body.id)
      while ((await Started.enrichment(client, body.id)).status !== "SUCCESS") await new Promise(setImmediate)
      return 503
    }
    return Number(/status=(\d+)/.exec(path)?.[1] ?? 200)
  })
  hosts.set("hook.test", target(hooked))
  rig = await start({ fetchHosts: hosts })
  client = await Caller.of(rig, "client", await rig.client("client", { scopes: ["scope_default", "scope_client"] }))
  worker = await Caller.of(rig, "worker", await rig.client("worker"))
})

afterAll(async () => {
  await rig.stop()
  await hooked.close()
})

const ended = async (id: string, state: string) => {
  for (;;) {
    const rows = await rig.query<{ state: string }>("SELECT state FROM stt_webhooks WHERE enrichment_id = $1", id)
    if (rows.length > 0 && rows.every((row) => row.state === state)) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const attemptsOf = async (id: string) =>
  (await rig.query<{ attempts: number }>("SELECT attempts FROM stt_webhooks WHERE enrichment_id = $1", id))
    .map(({ attempts }) => attempts)

describe("Webhooks", () => {
  // §4 MUST: the body has its five keys, and the version is the latest that AI made
  // §4 MUST: with level task every step is told, in order, with its completed step
  it("tells of every step where that is asked for", async () => {
    const id = await Started.upload(client, { generateMetadata: false, translateTo: "en" }, {
      notificationLevel: "task"
    })
    await Workers.transcribe(worker)
    await Workers.enrich(worker)
    await Workers.translate(worker)
    await hooked.until(({ body }) => body.id === id && body.status === "SUCCESS")
    const told = hooked.received.filter(({ body }) => body.id === id)
    assert.deepStrictEqual(told.map(({ body }) => [body.status, body.completedStep]), [
      ["WAITING_AI_ENRICHMENT", "TRANSCRIBING_MEDIA"],
      ["WAITING_TRANSLATION", "AI_ENRICHING"],
      ["SUCCESS", null]
    ])
    for (const { body } of told) {
      assert.sameMembers(Object.keys(body), ["id", "status", "initialVersionId", "failureCause", "completedStep"])
      assert.strictEqual(body.initialVersionId, (await Started.latest(client, id)).id)
    }
  })

  // §4 OURS: what is sent again keeps its place before what came later
  it("tells of an enrichment in order, although the first call fails", async () => {
    const id = await Started.upload(client, { generateMetadata: false }, {
      notificationLevel: "task",
      notificationWebhookUrl: "http://hook.test/?away"
    })
    await Workers.transcribe(worker)
    await Workers.enrich(worker)
    await hooked.until(({ body }) => body.id === id && body.status === "SUCCESS")
    const told = hooked.received.filter(({ body }) => body.id === id).map(({ body }) => body.status)
    assert.deepStrictEqual(told, ["WAITING_AI_ENRICHMENT", "WAITING_AI_ENRICHMENT", "SUCCESS"])
  })

  // §4 MUST: a received 500 or 4xx is never retried; 429, 502, 503 and 504 are
  it("tries again only where that cannot hurt", async () => {
    for (
      const [status, calls, state] of [[500, 1, "refused"], [404, 1, "refused"], [503, 3, "abandoned"], [
        429,
        3,
        "abandoned"
      ]] as const
    ) {
      const id = await Started.upload(client, nothing, { notificationWebhookUrl: `http://hook.test/?status=${status}` })
      await Workers.transcribe(worker)
      await ended(id, state)
      assert.strictEqual(hooked.received.filter(({ body }) => body.id === id).length, calls)
      const { notificationStatus, notifiedAt } = await Started.enrichment(client, id)
      assert.deepStrictEqual([notificationStatus, notifiedAt], [String(status), null])
    }
  })

  // §4 MUST: a success is told at most once for a version
  it("tells a success once for a version", async () => {
    const id = await Started.upload(client, nothing)
    const taken = (await Workers.take(worker, "transcription"))!
    await Promise.all(Array.from({ length: 5 }, () => Workers.postTranscript(worker, taken)))
    await hooked.until(({ body }) => body.id === id)
    const rows = await rig.query("SELECT 1 FROM stt_webhooks WHERE enrichment_id = $1", id)
    assert.strictEqual(rows.length, 1)
  })

  // §4 MUST: a connection that does not come about is tried again; a call that was cut after it was sent is not
  it("tells apart what cannot have arrived from what may have", async () => {
    const gone = await hook()
    await gone.close()
    const cut = await web((request, response) => {
      request.resume()
      request.on("end", () => response.destroy())
    })
    hosts.set("gone.test", target(gone))
    hosts.set("cut.test", target(cut))
    for (const [host, state, attempts] of [["gone", "abandoned", 3], ["cut", "unknown", 1]] as const) {
      const id = await Started.upload(client, nothing, { notificationWebhookUrl: `http://${host}.test/` })
      await Workers.transcribe(worker)
      await ended(id, state)
      assert.deepStrictEqual(await attemptsOf(id), [attempts])
    }
    await cut.close()
  })

  // §9 FIX: TLS is verified, against the client's own authority where it has one
  it("trusts who has a certificate that the client's authority signed, and nobody else", async () => {
    const received: Array<string> = []
    const secure = createSecureServer(certificate, (request, response) => {
      request.on("data", (chunk) => received.push(String(chunk)))
      request.on("end", () => response.writeHead(200).end())
    })
    await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", resolve))
    hosts.set("hook.test", { address: "127.0.0.1", port: (secure.address() as AddressInfo).port })
    const told = async () => {
      const id = await Started.upload(client, nothing, { notificationWebhookUrl: "https://hook.test/" })
      await Workers.transcribe(worker)
      return id
    }
    const strange = await told()
    await ended(strange, "abandoned")
    assert.deepStrictEqual([(await Started.enrichment(client, strange)).notificationStatus, received], [
      "TlsFailed",
      []
    ])
    await rig.edit("client", { webhookCa: certificate.cert })
    const known = await told()
    await ended(known, "delivered")
    assert.include(received.join(""), known)
    await rig.edit("client", { webhookCa: null })
    hosts.set("hook.test", target(hooked))
    secure.closeAllConnections()
    secure.close()
  })

  // §9 FIX: a webhook follows no redirect, to a private address least of all
  it("calls whom it was told to call, and nobody else", async () => {
    const redirecting = await web((request, response) => {
      request.resume()
      response.writeHead(307, { location: `http://${hooked.address}/inside` }).end()
    })
    hosts.set("redirecting.test", target(redirecting))
    const id = await Started.upload(client, nothing, { notificationWebhookUrl: "http://redirecting.test/" })
    await Workers.transcribe(worker)
    await ended(id, "refused")
    assert.isFalse(hooked.received.some(({ path }) => path === "/inside"))
    await redirecting.close()
  })

  // §4 MUST: the state is committed before the call, and nothing is locked while it lasts
  // §4 MUST: a handler has a minute and more for its answer
  it("lets a client read and ask for more from inside its handler", async () => {
    const seen: Array<unknown> = []
    const calling = await hook(async ({ body }) => {
      if (seen.length > 0) return 200
      const { status } = await Started.enrichment(client, body.id)
      const version = await client.get(`/enrichments/${body.id}/versions/${body.initialVersionId}`)
      const renewed = await client.post(`/enrichments/${body.id}/new_ai_version`, {
        json: { notificationWebhookUrl: "http://calling.test/", enrichmentParameters: nothing }
      })
      seen.push(status, version.status, renewed.status)
      return 200
    })
    hosts.set("calling.test", target(calling))
    const id = await Started.upload(client, nothing, { notificationWebhookUrl: "http://calling.test/" })
    await Workers.transcribe(worker)
    await calling.until(() => seen.length > 0)
    assert.deepStrictEqual(seen, ["SUCCESS", 200, 200])
    assert.isAtLeast(defaults.webhook.timeout, 60_000)
    assert.strictEqual((await Started.enrichment(client, id)).aiGenerationCount, 2)
    await calling.close()
  })

  // §4 MUST: a success is told once, also when the database goes away in the middle of the call
  it("calls nobody twice because the database was away", async () => {
    const gate = Promise.withResolvers<void>()
    const slow = await hook(() => gate.promise.then(() => 200))
    hosts.set("slow.test", target(slow))
    const id = await Started.upload(client, nothing, { notificationWebhookUrl: "http://slow.test/" })
    await Workers.transcribe(worker)
    await slow.until(({ body }) => body.id === id)
    const cut = () =>
      rig.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name = 'aiguilleur'"
      )
    await cut()
    // Its locks are gone with its connections; whoever looks for abandoned work looks now.
    await rig.query("NOTIFY aiguilleur_stt, 'stt_webhooks'").catch(() => [])
    const held = () =>
      rig.query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = 5461076").catch(() => [])
    while ((await held()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    gate.resolve()
    await ended(id, "delivered")
    assert.lengthOf(slow.received.filter(({ body }) => body.id === id), 1)
    await slow.close()
  })

  // §4 MUST: a failure is told once, with every key, and a refusal of it (Esup-Pod answers 500) ends it
  it("tells of a failure once, whatever is answered", async () => {
    const id = await Started.upload(client, nothing, { notificationWebhookUrl: "http://hook.test/?status=500" })
    const { task } = (await Workers.take(worker, "transcription"))!
    await worker.post(`/enrichments/${id}/versions/initial/transcript`, {
      urlencoded: { taskId: task, status: "KO", failureCause: "no" }
    })
    await ended(id, "refused")
    const told = hooked.received.filter(({ body }) => body.id === id).map(({ body }) => body)
    assert.deepStrictEqual(told, [{
      id,
      status: "FAILURE",
      initialVersionId: null,
      failureCause: "no",
      completedStep: null
    }])
  })
})
