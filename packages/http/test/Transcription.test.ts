/** The transcription service where the program mounts it: on the gateway's port, in its database, by its file. */
import * as Database from "@aiguilleur/store/Database"
import * as DemoClient from "@aiguilleur/stt/client/DemoClient"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import { ConfigProvider, Context, Effect, Exit, Fiber, Layer, Logger, Scope } from "effect"
import { execFile } from "node:child_process"
import { randomUUID } from "node:crypto"
import { once } from "node:events"
import * as fs from "node:fs/promises"
import * as net from "node:net"
import * as path from "node:path"
import { promisify } from "node:util"
import { folder } from "../../store/test/support/Folder.ts"
import { embedded, TestServer } from "../../store/test/support/TestServer.ts"
import { wav } from "../../stt/test/support/Media.ts"
import { repositories } from "../src/command/StoreAccess.ts"
import * as Demo from "../src/Demo.ts"
import { Listener } from "../src/Listener.ts"
import * as Program from "../src/Program.ts"
import * as Store from "./command/Store.ts"
import * as Served from "./Served.ts"

const execute = promisify(execFile)

const file = (more = "") => `
models: [{ name: m, servers: [{ url: "http://127.0.0.1:9", organisation: univ-a }] }]
keys: [{ name: moodle, organisation: univ-a, secret: "\${MOODLE}" }]
${more}`

const get = (url: string, headers: Record<string, string> = {}) =>
  Effect.promise(async () => {
    const response = await fetch(url, { headers })
    const text = await response.text()
    return { status: response.status, json: text.startsWith("{") ? JSON.parse(text) : undefined }
  })

const token = (url: string, id: string, secret: string, more: Record<string, string> = {}) =>
  Effect.promise(async () => {
    const body = JSON.stringify({ grant_type: "client_credentials", client_id: id, client_secret: secret })
    const headers = { "content-type": "application/json", ...more }
    const response = await fetch(`${url}/api/token`, { method: "POST", headers, body })
    const answer = (await response.json()) as { readonly access_token?: string; readonly status?: string }
    return { answer, status: response.status, access_token: answer.access_token }
  })

/** An upload of which the head has arrived: the server has asked for the rest. */
const beginUpload = async (url: string, authorization: string) => {
  const { hostname, port } = new URL(url)
  const body = "--x\r\ncontent-disposition: form-data; name=\"enrichmentParameters\"\r\n\r\n{}\r\n--x--\r\n"
  const socket = net.connect(Number(port), hostname)
  let said = ""
  socket.on("data", (chunk) => said += chunk)
  socket.write(
    `POST /api/v1/enrichments/upload HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\n`
      + `content-type: multipart/form-data; boundary=x\r\ncontent-length: ${body.length}\r\nexpect: 100-continue\r\n\r\n`
  )
  while (!said.startsWith("HTTP/1.1 100")) await once(socket, "data")
  said = ""
  return {
    finish: async () => {
      socket.write(body)
      await once(socket, "close")
      return said.replace(/^HTTP\/1\.1 100[^]*?\r\n\r\n/, "").trimStart()
    }
  }
}

const demo = Effect.gen(function*() {
  const data = yield* folder
  const { config } = yield* Demo.make({ host: "127.0.0.1", port: 0 })
  const variables = ConfigProvider.layerAdd(ConfigProvider.fromUnknown({ AIGUILLEUR_DATA: data }), { asPrimary: true })
  const context = yield* Layer.build(Layer.provide(Program.layerDemo(config), variables))
  const { port } = Context.get(context, Listener).server.address() as net.AddressInfo
  return `http://127.0.0.1:${port}`
})

layer(Store.layer, { excludeTestServices: true, timeout: "60 seconds" })("The transcription service", (it) => {
  it.effect("answers under /api, in its own envelope, beside the gateway under /v1", () =>
    Effect.gen(function*() {
      const { url } = yield* Served.start(file("stt: { tokenTtl: 10 minutes }"), { data: yield* folder })
      const health = yield* get(`${url}/api/v1/health`)
      assert.deepStrictEqual(health, { status: 200, json: { kernelStatus: true, dbConnectionStatus: true } })
      const models = yield* get(`${url}/v1/models`, { authorization: `Bearer ${Served.moodle}` })
      assert.strictEqual(models.json.data[0].id, "m")
      for (const path of ["/api/v1/nothing", "/api/%zz", "/api"]) {
        const unknown = yield* get(`${url}${path}`)
        assert.deepStrictEqual([unknown.status, unknown.json.status], [404, "KO"], path)
      }
      assert.property((yield* get(`${url}/v2/nothing`)).json, "error")
      assert.property((yield* get(`${url}/%zz`)).json, "error")
    }), Store.limit)

  it.effect("counts guesses at a secret by whom a trusted proxy heard", () =>
    Effect.gen(function*() {
      const { url } = yield* Served.start(file("http: { port: 0, trustedProxies: [127.0.0.1] }"), {
        data: yield* folder
      })
      const guess = (sender: string) =>
        Effect.map(token(url, "somebody", "secret", { "x-forwarded-for": sender }), ({ status }) => status)
      const statuses = yield* Effect.replicateEffect(guess("192.0.2.1"), 25)
      assert.include(statuses, 429)
      assert.strictEqual(yield* guess("192.0.2.2"), 401)
    }), Store.limit)

  it.effect("tells workers that wait, and finishes what is under way, before it ends", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const url = yield* Scope.provide(demo, scope)
      const { access_token } = yield* token(url, DemoClient.id, DemoClient.secret)
      const headers = { authorization: `Bearer ${access_token}` }
      const path = `/api/v1/enrichments/transcription/job/oldest?taskId=${randomUUID()}&wait=50`
      const polled = yield* Effect.forkChild(get(`${url}${path}`, headers))
      const upload = yield* Effect.promise(() => beginUpload(url, headers.authorization))
      const ended = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      assert.strictEqual((yield* Fiber.join(polled)).status, 404)
      assert.match(yield* Effect.promise(upload.finish), /^HTTP\/1\.1 400 [^]*"path":"file"/)
      yield* Fiber.join(ended)
    }), Store.limit)

  it.effect("says that a change of its section waits for the next start", () => {
    const said: Array<string> = []
    const listening = Logger.layer([Logger.make(({ message }) => void said.push(String(message)))])
    return Effect.gen(function*() {
      const served = yield* Served.start(file("stt: { downloads: 2 }"), { data: yield* folder })
      yield* served.write(file("stt: { downloads: 2 }"))
      assert.isTrue(yield* served.reload)
      assert.notInclude(said.join("\n"), ": stt takes effect")
      yield* served.write(file("stt: { downloads: 3 }"))
      assert.isTrue(yield* served.reload)
      assert.include(said.join("\n"), ": stt takes effect when the gateway is started again")
    }).pipe(Effect.provide(listening))
  }, Store.limit)

  it.effect("is left out where the file says so", () =>
    Effect.gen(function*() {
      const { url } = yield* Served.start(file("stt: { enabled: false }"), { data: yield* folder })
      const { json, status } = yield* get(`${url}/api/v1/health`)
      assert.deepStrictEqual([status, json.error.code], [404, "unknown_url"])
    }), Store.limit)

  it.effect("can be tried with what the demo's banner says, as it is", () =>
    Effect.gen(function*() {
      const url = yield* demo
      const file = path.join(yield* folder, "talk.wav")
      yield* Effect.promise(() => fs.writeFile(file, wav(1)))
      const lines = Demo.banner(url, { found: [] }, { where: "there" }).split("\n")
      const script = lines.slice(lines.findIndex((line) => line.includes("TOKEN=$("))).join("\n")
      const said = yield* Effect.promise(() => execute("sh", ["-e", "-c", script.replace("talk.mp4", file)]))
      const [made, listed] = said.stdout.split("}{").map((json, index) =>
        JSON.parse(index === 0 ? `${json}}` : `{${json}`)
      )
      assert.strictEqual(made.status, "OK", said.stdout)
      assert.deepInclude(listed.content[0], { id: made.id, status: "WAITING_MEDIA_TRANSCRIPTION" })
    }), Store.limit)

  it.effect("has a client in the demo that nothing else lets in", () =>
    Effect.gen(function*() {
      const answer = yield* Effect.scoped(Effect.gen(function*() {
        const url = yield* demo
        const { access_token } = yield* token(url, DemoClient.id, DemoClient.secret)
        return yield* get(`${url}/api/v1/home`, { authorization: `Bearer ${access_token}` })
      }))
      assert.strictEqual(answer.status, 202)
      const { url } = yield* Served.start(file(), { data: yield* folder })
      assert.strictEqual((yield* token(url, DemoClient.id, DemoClient.secret)).status, 401)
      yield* Effect.scoped(Effect.gen(function*() {
        assert.strictEqual((yield* token(yield* demo, DemoClient.id, DemoClient.secret)).status, 200)
      }))
    }), Store.limit)
})

const onServer = Layer.provideMerge(
  repositories,
  Layer.unwrap(Effect.map(TestServer, ({ options }) => Database.layer(options)))
).pipe(Layer.provideMerge(embedded), Layer.provideMerge(NodeServices.layer))

layer(onServer, { excludeTestServices: true, timeout: "60 seconds" })(
  "A transcription service without its database",
  (it) => {
    it.effect("says so, in its envelope, and goes on when the database is back", () =>
      Effect.gen(function*() {
        const server = yield* TestServer
        const { url } = yield* Served.start(file(), { data: yield* folder })
        const health = Effect.map(get(`${url}/api/v1/health`), ({ json, status }) => [status, json.dbConnectionStatus])
        assert.deepStrictEqual(yield* health, [200, true])
        yield* server.stop
        assert.deepStrictEqual(yield* health, [200, false])
        const refused = yield* token(url, "somebody", "secret")
        assert.strictEqual(refused.answer.status, "KO")
        assert.strictEqual(refused.status, 503)
        yield* server.start
        yield* Served.until(Effect.map(health, ([, isUp]) => isUp === true))
        assert.strictEqual((yield* token(url, "somebody", "secret")).status, 401)
      }), Store.limit)
  }
)
