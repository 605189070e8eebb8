/** The transcription service where the program mounts it: on the gateway's port, in its database, by its file. */
import * as DemoClient from "@aiguilleur/stt/client/DemoClient"
import { assert, layer } from "@effect/vitest"
import { ConfigProvider, Context, Effect, Layer } from "effect"
import type { AddressInfo } from "node:net"
import { folder } from "../../store/test/support/Folder.ts"
import * as Demo from "../src/Demo.ts"
import { Listener } from "../src/Listener.ts"
import * as Program from "../src/Program.ts"
import * as Store from "./command/Store.ts"
import * as Served from "./Served.ts"

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

const token = (url: string, id: string, secret: string) =>
  Effect.promise(async () => {
    const body = JSON.stringify({ grant_type: "client_credentials", client_id: id, client_secret: secret })
    const headers = { "content-type": "application/json" }
    const response = await fetch(`${url}/api/token`, { method: "POST", headers, body })
    return { status: response.status, ...(await response.json()) as { readonly access_token?: string } }
  })

const demo = Effect.gen(function*() {
  const data = yield* folder
  const { config } = yield* Demo.make({ host: "127.0.0.1", port: 0 })
  const variables = ConfigProvider.layerAdd(ConfigProvider.fromUnknown({ AIGUILLEUR_DATA: data }), { asPrimary: true })
  const context = yield* Layer.build(Layer.provide(Program.layerDemo(config), variables))
  const { port } = Context.get(context, Listener).server.address() as AddressInfo
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

  it.effect("is left out where the file says so", () =>
    Effect.gen(function*() {
      const { url } = yield* Served.start(file("stt: { enabled: false }"), { data: yield* folder })
      const { json, status } = yield* get(`${url}/api/v1/health`)
      assert.deepStrictEqual([status, json.error.code], [404, "unknown_url"])
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
